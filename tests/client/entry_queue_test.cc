// The queue of a thread that logs: what calls write to it is what is read, and how it uses its
// ring.
#include <dlfcn.h>

#include <array>
#include <cstring>
#include <future>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "client/entry_fields.h"
#include "client/entry_record.h"
#include "client/fake_transport.h"
#include "client/queue_end.h"
#include "logq/logger.h"

namespace logq {
namespace {

using namespace std::chrono_literals;
using internal::QueueEnd;
using internal::RecordHeader;
using test::StoredFields;
using test::value_of;

StoredFields fields_of(const Entry& entry) {
  StoredFields fields;
  client::for_each_field(entry, [&fields](std::string_view name, const Value& value) {
    std::string text;
    value.append_to(text);
    fields.emplace_back(name, text);
  });
  return fields;
}

// Both ends of a queue, in one thread.
class CallQueue {
 public:
  explicit CallQueue(std::size_t ring_bytes = 64 << 10)
      : queue_(QueueEnd::create(1, clock_, ring_bytes)) {
    if (queue_ == nullptr) throw std::bad_alloc();
    tell_time(1);
  }
  CallQueue(const CallQueue&) = delete;
  CallQueue& operator=(const CallQueue&) = delete;
  ~CallQueue() {
    while (QueueEnd::front(*queue_) != nullptr)
      QueueEnd::pop(*queue_);
    QueueEnd::stop_reading(*queue_);
    QueueEnd::leave(*queue_);
  }

  internal::EntryQueue& operator*() { return *queue_; }
  void tell_time(std::uint64_t now) { clock_.realtime_usec.store(now); }
  void be_in(internal::ContextPointer context) { context_ = std::move(context); }

  // As a Logger does it. False where the call takes a longer way than a queue's.
  template <typename... Fields>
  bool log(const Message& message, const Fields&... fields) {
    return append(message, fields...) ||
           (internal::prepare_call(*queue_, of<Fields...>(message), bytes(message, fields...)) &&
            append(message, fields...));
  }
  // No more than the quick part of that.
  template <typename... Fields>
  bool append(const Message& message, const Fields&... fields) {
    bool was_asleep = false;
    return internal::append_call(*queue_, Priority::kInfo, message.text, of<Fields...>(message),
                                 was_asleep, fields...);
  }
  template <typename... Fields>
  std::size_t bytes(const Message& message, const Fields&... fields) const {
    return internal::CallShape<Fields...>(*queue_, message.text, fields...).bytes;
  }

  // The next call, empty where there is none; `read_realtime_usec` is then when it was logged.
  StoredFields read() {
    const RecordHeader* const record = QueueEnd::front(*queue_);
    if (record == nullptr) return {};
    reader_.be_in(QueueEnd::surroundings(*queue_));
    StoredFields fields = fields_of(reader_.read(*record, "app", 1));
    read_realtime_usec = QueueEnd::realtime_of(*queue_, *record);
    QueueEnd::pop(*queue_);
    return fields;
  }
  std::uint64_t read_realtime_usec = 0;

 private:
  template <typename... Fields>
  [[nodiscard]] internal::Circumstances of(const Message& message) const {
    return {clock_.realtime_usec.load(), context_,
            internal::CallAddresses::of<Fields...>(message.location)};
  }

  internal::SenderClock clock_;
  internal::ContextPointer context_;
  internal::EntryQueue* queue_;
  client::RecordReader reader_;
};

template <typename... Fields>
void expect_as_made(CallQueue& queue, const Message& message, const Fields&... fields) {
  const std::array<Field, sizeof...(Fields)> list{Field(fields)...};
  Entry made;
  made.message = message.text;
  made.priority = Priority::kInfo;
  made.identifier = "app";
  made.thread_id = 1;
  made.code_file = message.location.file_name();
  made.code_function = message.location.function_name();
  made.code_line = message.location.line();
  made.fields = list;
  const StoredFields expected = fields_of(made);  // before anything of it may change
  ASSERT_TRUE(queue.log(message, fields...));
  EXPECT_EQ(queue.read(), expected);
}

TEST(EntryQueue, KeepsAnyValueOfAnyKind) {
  CallQueue queue;
  const Id128 id{{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}};
  const std::error_code code = std::make_error_code(std::errc::timed_out);
  expect_as_made(queue, "smallest", field<"A">(std::int8_t{-128}), field<"B">(INT16_MIN),
                 field<"C">(INT32_MIN), field<"D">(INT64_MIN), field<"E">(-1.5e300));
  expect_as_made(queue, "largest", field<"A">(std::uint8_t{255}), field<"B">(std::uint16_t{65535}),
                 field<"C">(UINT32_MAX), field<"D">(UINT64_MAX), field<"E">(std::int8_t{127}));
  expect_as_made(queue, "mixed", field<"ID">(id), field<"YES">(true), field<"REASON">(code),
                 field<"NO">(false), field<"EMPTY">(""), field<"TOOK">(-7ns), field<"ID2">(id));
  expect_as_made(queue, "none");
}

TEST(EntryQueue, KeepsTextsOfAllSizes) {
  CallQueue queue;
  for (std::size_t size = 0; size < 300; ++size) {
    std::string text(size, '\0');
    for (std::size_t i = 0; i < size; ++i)
      text[i] = static_cast<char>(i * 7);
    expect_as_made(queue, text, field<"FIRST">(text), field<"N">(size),
                   field<"SECOND">(text + "x"));
    expect_as_made(queue, "a constant", field<"TEXT">(std::string_view(text)));
  }
}

TEST(EntryQueue, TakesNoMessageThatIsTooLongForItsRecord) {
  CallQueue queue(1 << 20);
  expect_as_made(queue, std::string(UINT16_MAX, 'm'));
  EXPECT_FALSE(queue.log(std::string(UINT16_MAX + 1, 'm')));
  EXPECT_TRUE(queue.read().empty());
}

TEST(EntryQueue, TakesNothingWhileTheSenderSleeps) {
  CallQueue queue;
  EXPECT_TRUE(queue.log("awake"));
  queue.tell_time(0);
  EXPECT_FALSE(queue.log("asleep"));
  EXPECT_EQ(value_of(queue.read(), "MESSAGE"), "awake");
  EXPECT_TRUE(queue.read().empty());
}

// What is new of a call is told by the longer way, once.
TEST(EntryQueue, TakesNoMoreThanACacheLineForAUsualCall) {
  constexpr std::string_view kMessage = "GET /api/v1/orders answered from the cache";
  const std::string client = "client.example.org";
  CallQueue queue;
  const auto log = [&](std::uint64_t number) {
    return queue.append(kMessage, field<"NUMBER">(number), field<"STATUS">(200U),
                        field<"CLIENT">(client), field<"RATIO">(0.25));
  };
  EXPECT_FALSE(log(0)) << "nothing is told yet";
  ASSERT_TRUE(queue.log("tells the time"));
  ASSERT_TRUE(log(1));
  const std::byte* const place = (*queue).place();
  ASSERT_TRUE(log(2));
  EXPECT_EQ((*queue).place() - place, 64);
  queue.tell_time(2);
  EXPECT_FALSE(log(3));
}

TEST(EntryQueue, TellsTheTimeAndTheContextOfEachCall) {
  CallQueue queue;
  std::mt19937 random(1);
  std::vector<std::pair<std::uint64_t, std::string>> expected;
  std::uint64_t time = 1;
  std::string context = "(absent)";
  for (int i = 0; i < 300; ++i) {
    if (random() % 3 == 0) queue.tell_time(++time);
    if (random() % 3 == 0) {
      struct OwnedContext : internal::CallContext {
        std::string text;
        std::vector<Field> list;
      };
      context = "(absent)";
      internal::ContextPointer next;
      if (random() % 4 != 0) {
        auto owned = std::make_shared<OwnedContext>();
        owned->text = context = std::to_string(i);
        owned->list = {field("CONTEXT", owned->text)};
        owned->fields = owned->list;
        next = std::move(owned);
      }
      queue.be_in(std::move(next));  // the queue alone keeps the one before
    }
    ASSERT_TRUE(queue.log("in a context", field<"N">(i)));
    expected.emplace_back(time, context);
  }
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const StoredFields fields = queue.read();
    EXPECT_EQ(value_of(fields, "N"), std::to_string(i));
    EXPECT_EQ(value_of(fields, "CONTEXT"), expected[i].second);
    EXPECT_EQ(queue.read_realtime_usec, expected[i].first);
  }
}

// A loaded module, whose source locations and fields are too far from the program's for a distance
// of four bytes.
class FarModule {
 public:
  FarModule() : handle_(::dlopen(LOGQ_FAR_MODULE, RTLD_NOW)) {
    if (handle_ == nullptr) throw std::runtime_error(::dlerror());
  }
  FarModule(const FarModule&) = delete;
  FarModule& operator=(const FarModule&) = delete;
  ~FarModule() { ::dlclose(handle_); }

  // A function template cannot be found by its name, so the module's functions take what is to be
  // logged.
  [[nodiscard]] std::source_location location() const {
    return call<std::source_location()>("logq_far_location")();
  }
  [[nodiscard]] std::uintptr_t form() const { return call<std::uintptr_t()>("logq_far_form")(); }
  bool append(internal::EntryQueue& queue, const internal::Circumstances& of, int number) const {
    return call<bool(internal::EntryQueue&, const internal::Circumstances&, int)>(
        "logq_far_append")(queue, of, number);
  }

 private:
  template <typename Function>
  [[nodiscard]] Function* call(const char* name) const {
    return reinterpret_cast<Function*>(::dlsym(handle_, name));
  }

  void* handle_;
};

TEST(EntryQueue, TellsWhereACallIsFromWhateverModuleItIsIn) {
  const FarModule module;
  CallQueue queue;
  const internal::ContextPointer no_context;
  const Message here("here");
  const internal::Circumstances far{
      1, no_context, {std::bit_cast<std::uintptr_t>(module.location()), module.form()}};
  const internal::Circumstances near_through_far{
      1, no_context, {std::bit_cast<std::uintptr_t>(here.location), module.form()}};
  const auto append_far = [&](const internal::Circumstances& of, int number) {
    return module.append(*queue, of, number) ||
           (internal::prepare_call(*queue, of, 64) && module.append(*queue, of, number));
  };
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(queue.log(here, field<"NEAR_NUMBER">(i)));
    ASSERT_TRUE(append_far(far, i));
    ASSERT_TRUE(module.append(*queue, far, i)) << "it has been told where that is";
    ASSERT_TRUE(append_far(near_through_far, i));
  }

  for (int i = 0; i < 80; ++i) {
    const StoredFields fields = queue.read();
    const bool is_of_module = i % 4 != 0;
    const bool is_from_module = i % 4 == 1 || i % 4 == 2;
    const std::string number = std::to_string(i / 4);
    EXPECT_EQ(value_of(fields, "FAR_NUMBER"), is_of_module ? number : "(absent)");
    EXPECT_EQ(value_of(fields, "FAR_TEXT"), is_of_module ? "text" : "(absent)");
    EXPECT_EQ(value_of(fields, "NEAR_NUMBER"), is_of_module ? "(absent)" : number);
    const std::string file = value_of(fields, "CODE_FILE");
    EXPECT_TRUE(file.ends_with(is_from_module ? "/far_module.cc" : "/entry_queue_test.cc")) << file;
  }
}

TEST(EntryQueue, KeepsTheirOrderWhileCallsGoRoundItsRing) {
  CallQueue queue(16 << 10);
  std::mt19937 random(2);
  int written = 0;
  int read = 0;
  std::uint64_t time = 1;
  const auto text = [](int number) {
    return std::string(static_cast<std::size_t>(number) % 700, 't');
  };
  while (read < 20'000) {
    const auto burst = static_cast<int>(random() % 60);
    if (random() % 4 == 0) queue.tell_time(++time);
    for (int i = 0; i < burst; ++i) {
      if (!queue.log("in a round", field<"N">(written), field<"TEXT">(text(written)))) break;
      ++written;
    }
    for (auto left = random() % 60; left > 0 && read < written; --left) {
      const StoredFields fields = queue.read();
      ASSERT_EQ(value_of(fields, "N"), std::to_string(read));
      ASSERT_EQ(value_of(fields, "TEXT"), text(read));
      ++read;
    }
  }
}

TEST(EntryQueue, WakesAWriterThatWaitsWhenHalfOfItsRingIsFree) {
  constexpr std::size_t kRing = 16 << 10;
  constexpr std::uint32_t kRecord = 128;
  const internal::SenderClock clock;
  internal::EntryQueue* const queue = QueueEnd::create(1, clock, kRing);
  ASSERT_NE(queue, nullptr);
  while (std::byte* const place = QueueEnd::make_place(*queue, kRecord)) {
    new (place) RecordHeader{};
    std::memcpy(place, &kRecord, sizeof kRecord);
    queue->publish(kRecord);
  }
  const auto read_one = [queue] {
    ASSERT_NE(QueueEnd::front(*queue), nullptr);
    QueueEnd::pop(*queue);
    QueueEnd::tell_of_room(*queue);
  };

  auto writer = std::async(std::launch::async, [queue] { QueueEnd::wait_for_room(*queue, 1min); });
  read_one();
  EXPECT_EQ(writer.wait_for(20ms), std::future_status::timeout) << "for one record";
  while (QueueEnd::consumed(*queue) < kRing / 2)
    read_one();
  EXPECT_EQ(writer.wait_for(30s), std::future_status::ready);
  writer.wait();
  QueueEnd::leave(*queue);
  QueueEnd::leave(*queue);
}

TEST(EntryQueue, GoesBackToItsBeginWhenATimeIsNewAndAllIsRead) {
  constexpr std::uint32_t kRecord = 1024;
  const internal::SenderClock clock;
  internal::EntryQueue* const queue = QueueEnd::create(1, clock, 1 << 20);
  ASSERT_NE(queue, nullptr);
  const std::byte* const begin = queue->place();
  std::uint64_t time = 0;
  const auto write_one = [&](bool is_new_time) {
    constexpr std::size_t kMost = kRecord + internal::kCircumstancesBytes;
    if (queue->room() < kMost) {
      ASSERT_NE(QueueEnd::make_place(*queue, kMost), nullptr);
    }
    if (is_new_time) QueueEnd::tell_circumstances(*queue, {++time, nullptr, {}}, kRecord);
    new (queue->place())
        RecordHeader{kRecord, 0, Priority::kInfo, internal::RecordKind::kConstantCall};
    queue->publish(kRecord);
  };
  const auto read_one = [&] {
    const RecordHeader* const record = QueueEnd::front(*queue);
    ASSERT_NE(record, nullptr);
    EXPECT_EQ(QueueEnd::realtime_of(*queue, *record), time);
    QueueEnd::pop(*queue);
  };
  for (int i = 0; i < 100; ++i)
    write_one(i == 0);
  write_one(true);
  EXPECT_GT(queue->place(), begin + 100 * kRecord) << "not all is read";
  --time;
  for (int i = 0; i < 100; ++i)
    read_one();
  ++time;
  read_one();
  write_one(true);

  EXPECT_EQ(queue->place(), begin + sizeof(internal::TimedRecord) + kRecord);
  read_one();
  EXPECT_EQ(QueueEnd::front(*queue), nullptr);
  QueueEnd::leave(*queue);
  QueueEnd::leave(*queue);
}

}  // namespace
}  // namespace logq
