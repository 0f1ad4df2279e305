// What is logged becomes exactly the bytes of the native protocol, whichever way it takes: random
// entries are compared with an encoder that is as plain as can be.
#include "client/entry_encoder.h"

#include <unistd.h>

#include <array>
#include <deque>
#include <memory>
#include <random>
#include <thread>

#include <gtest/gtest.h>

#include "client/call.h"
#include "client/datagram_server.h"
#include "client/quick_entry.h"
#include "logq/logger.h"
#include "support/temp_dir.h"

namespace logq::client {
namespace {

using test::StoredFields;

std::string encoded_plainly(const StoredFields& fields) {
  std::string bytes;
  for (const auto& [name, value] : fields) {
    bytes += name;
    if (value.find('\n') == std::string::npos) {
      bytes += '=';
    } else {
      bytes += '\n';
      for (int i = 0; i < 8; ++i)
        bytes += static_cast<char>(value.size() >> 8 * i & 0xff);
    }
    bytes += value + '\n';
  }
  return bytes;
}

template <int N>
std::source_location somewhere() {
  return std::source_location::current();
}

template <int... N>
std::vector<std::source_location> many_locations(std::integer_sequence<int, N...> /*numbers*/) {
  return {somewhere<N>()..., std::source_location::current(), std::source_location::current()};
}

// An entry with all that it points to, and what must become of it.
class Sample {
 public:
  explicit Sample(std::mt19937& random) : random_(random) {
    message = text();
    for (auto* const fields : {&context, &fields_of_thread, &fields_of_call}) {
      std::size_t count = below(6);
      if (below(40) == 0) count = below(300);
      for (std::size_t i = 0; i < count; ++i)
        fields->push_back(field());
    }
  }
  Sample(const Sample&) = delete;
  Sample& operator=(const Sample&) = delete;

  // In the order of the protocol, of an entry with this head.
  [[nodiscard]] StoredFields expected(const Entry& entry) const {
    StoredFields result{{"MESSAGE", message},
                        {"PRIORITY", std::to_string(static_cast<int>(entry.priority))}};
    const auto add = [&](const char* name, std::string value, bool is_there) {
      if (is_there) result.emplace_back(name, std::move(value));
    };
    const bool has_file = !entry.code_file.empty();
    add("SYSLOG_IDENTIFIER", std::string(entry.identifier), !entry.identifier.empty());
    add("CODE_FILE", std::string(entry.code_file), has_file);
    add("CODE_LINE", std::to_string(entry.code_line), has_file);
    add("CODE_FUNC", std::string(entry.code_function), !entry.code_function.empty());
    add("TID", std::to_string(entry.thread_id), entry.thread_id != 0);
    add("SOURCE_REALTIME_TIMESTAMP", std::to_string(entry.realtime_usec), entry.realtime_usec != 0);
    for (const Field& field : context)
      result.push_back(of(field));
    for (auto field = fields_of_thread.rbegin(); field != fields_of_thread.rend(); ++field)
      result.push_back(of(*field));
    for (const Field& field : fields_of_call)
      result.push_back(of(field));
    return result;
  }

  // As an entry's thread has them.
  [[nodiscard]] std::deque<ScopedField> scoped_fields() const {
    std::deque<ScopedField> scoped;
    for (const Field& field : fields_of_thread)
      scoped.emplace_back(field.name, field.value);
    return scoped;
  }

  std::string message;
  std::vector<Field> context;
  std::vector<Field> fields_of_thread;
  std::vector<Field> fields_of_call;
  std::uint64_t bad_names = 0;

 private:
  std::size_t below(std::size_t limit) { return random_() % limit; }

  std::string text() {
    static constexpr std::array<std::size_t, 8> kLimits{1, 8, 20, 20, 40, 100, 500, 5000};
    const std::size_t kind = below(400);
    std::string text(kind == 0 ? below(1 << 20) : below(kLimits[kind % kLimits.size()]), '\0');
    const bool any_byte = below(4) == 0;
    for (char& c : text)
      c = static_cast<char>(any_byte ? below(256) : ' ' + below(95));
    if (!text.empty() && below(8) == 0) text[below(text.size())] = '\n';
    return text;
  }

  Field field() {
    names_.push_back(below(30) == 0 ? text().substr(0, 70) : "F" + std::to_string(below(1 << 30)));
    if (below(5) == 0) names_.back().resize(1 + below(names_.back().size() + 1), 'X');
    const FieldName name = FieldName::at_runtime(names_.back());
    if (!name.is_good()) ++bad_names;
    const auto word = random_() << 32 | random_();
    switch (below(10)) {
      case 0:
        return {name, word >> below(64)};
      case 1:
        return {name, static_cast<std::int64_t>(word) >> below(64)};
      case 2:
        return {name, static_cast<double>(word >> 40) / 1000};
      case 3:
        return {name, word % 2 == 0};
      case 4:
        return {name, std::chrono::nanoseconds(word >> below(64))};
      case 5:
        if (below(4) == 0) return {name, std::make_error_code(std::errc::timed_out)};
        return {name, kId};
      default:
        texts_.push_back(text());
        return {name, texts_.back()};
    }
  }

  static std::pair<std::string, std::string> of(const Field& field) {
    const std::string name(field.name.text());
    return {field.name.is_good() ? name : repaired_field_name(name),
            internal::text_of(field.value)};
  }

  static constexpr Id128 kId{{1, 2, 3, 0xff}};

  std::mt19937& random_;
  std::deque<std::string> names_;
  std::deque<std::string> texts_;
};

constexpr int kRounds = 1000;

class EntryEncoderTest : public testing::Test {
 protected:
  template <typename T>
  const T& one_of(const std::vector<T>& list) {
    return list[random_() % list.size()];
  }
  Priority any_priority() { return static_cast<Priority>(random_() % 8); }

  std::mt19937 random_{7};
  const std::vector<std::source_location> locations_ =
      many_locations(std::make_integer_sequence<int, 40>{});
  const std::vector<std::string> identifiers_{"app", "another", "", "two\nlines",
                                              std::string(4090, 'i')};
};

TEST_F(EntryEncoderTest, MakesTheBytesOfTheProtocolOfAnyEntry) {
  int quick_entries = 0;
  for (int round = 0; round < kRounds; ++round) {
    const Sample sample(random_);
    const std::deque<ScopedField> thread_fields = sample.scoped_fields();
    Entry entry;
    entry.priority = any_priority();
    entry.message = sample.message;
    entry.identifier = one_of(identifiers_);
    entry.code_file = random_() % 4 == 0 ? "" : one_of(locations_).file_name();
    entry.code_function = random_() % 4 == 0 ? "" : one_of(locations_).function_name();
    entry.code_line = static_cast<std::uint32_t>(random_());
    entry.thread_id = random_() % 4 == 0 ? 0 : random_();
    entry.realtime_usec = random_() % 4 == 0 ? random_() : 0;
    entry.context = sample.context;
    entry.thread_fields = ThreadField::innermost();
    entry.fields = sample.fields_of_call;
    const std::string expected = encoded_plainly(sample.expected(entry));

    std::string bytes = "before";
    ASSERT_TRUE(append_native_entry(entry, bytes));
    ASSERT_TRUE(bytes == "before" + expected) << round;
    QuickEntry quick;
    const std::string_view quick_bytes = quick.encode(entry);
    ASSERT_TRUE(quick_bytes.empty() || quick_bytes == expected) << round;
    quick_entries += quick_bytes.empty() ? 0 : 1;
  }
  EXPECT_GT(quick_entries, kRounds / 4);
  EXPECT_LT(quick_entries, kRounds - kRounds / 10);
}

TEST_F(EntryEncoderTest, MakesTheBytesOfTheProtocolOfAnyCall) {
  constexpr std::uint64_t kNoLogger = std::uint64_t{1} << 40;  // has such a number
  int quick_calls = 0;
  for (int round = 0; round < kRounds; ++round) {
    const Sample sample(random_);
    const std::deque<ScopedField> thread_fields = sample.scoped_fields();
    const Message message(sample.message, one_of(locations_));
    const std::size_t which = random_() % identifiers_.size();
    const Call call{.priority = any_priority(),
                    .message = message,
                    .logger = kNoLogger + which,
                    .identifier = identifiers_[which],
                    .thread_id = 4'000'000'000 + random_() % 3,
                    .context = sample.context,
                    .fields = sample.fields_of_call,
                    .thread_fields = ThreadField::innermost()};

    QuickEntry quick;
    const std::string_view bytes = quick.encode(call);
    ASSERT_TRUE(bytes.empty() || bytes == encoded_plainly(sample.expected(call.entry()))) << round;
    quick_calls += bytes.empty() ? 0 : 1;
  }
  EXPECT_GT(quick_calls, kRounds / 4);
  EXPECT_LT(quick_calls, kRounds - kRounds / 10);
}

TEST_F(EntryEncoderTest, LeavesLittleMemoryBehindAnEntryAlone) {
  // Every size around the one that is too large, so that each bound is met.
  for (std::size_t size = 3400; size < 4200; ++size) {
    const std::string text(size, 'x');
    const std::array<Field, 3> fields{field("N", 1), field("TEXT", text), field("RATIO", 0.25)};
    Entry entry;
    entry.message = "m";
    entry.fields = fields;

    std::string bytes;
    ASSERT_TRUE(append_native_entry(entry, bytes));
    ASSERT_EQ(bytes, "MESSAGE=m\nPRIORITY=6\nN=1\nTEXT=" + text + "\nRATIO=0.25\n");
  }
}

class LoggedBytesTest : public EntryEncoderTest {
 protected:
  // Logs it on this thread; what the collector must get.
  std::string log(const Sample& sample) {
    const std::size_t which = random_() % identifiers_.size();
    const Logger log = loggers_[which].with_fields(sample.context);
    const std::deque<ScopedField> thread_fields = sample.scoped_fields();
    const std::source_location location = one_of(locations_);
    Entry entry;
    entry.priority = any_priority();
    entry.identifier = identifiers_[which];
    if (entry.identifier.empty()) entry.identifier = program_invocation_short_name;
    entry.code_file = location.file_name();
    entry.code_function = location.function_name();
    entry.code_line = location.line();
    entry.thread_id = static_cast<std::uint64_t>(::gettid());
    const auto status =
        log.log_fields(entry.priority, Message(sample.message, location), sample.fields_of_call);
    EXPECT_EQ(status, SendStatus::kSent);
    return encoded_plainly(sample.expected(entry));
  }

  test::TempDir dir_;
  test::DatagramServer server_{dir_.path() + "/socket"};
  std::vector<Logger> loggers_ = [this] {
    std::vector<Logger> loggers;
    for (const std::string& identifier : identifiers_)
      loggers.emplace_back(LoggerOptions{.identifier = identifier, .socket_path = server_.path()});
    return loggers;
  }();
};

TEST_F(LoggedBytesTest, AreThoseOfTheProtocol) {
  std::uint64_t bad_names = 0;
  for (int round = 0; round < kRounds; ++round) {
    const Sample sample(random_);
    bad_names += sample.bad_names;
    std::string expected;
    if (round % 8 == 0) {
      std::thread([&] { expected = log(sample); }).join();
    } else {
      expected = log(sample);
    }
    const auto bytes = server_.receive_bytes();
    ASSERT_TRUE(bytes.has_value());
    ASSERT_TRUE(*bytes == expected) << round;
  }
  std::uint64_t renamed = 0;
  for (const Logger& logger : loggers_)
    renamed += logger.statistics().renamed_fields;
  EXPECT_EQ(renamed, bad_names);
}

TEST_F(LoggedBytesTest, HaveAsManyFieldsAsTheProtocolAllowsAndNoMore) {
  constexpr std::size_t kOwn = 7;  // of the logger
  for (const std::size_t count : {512 - kOwn, std::size_t{513}, 1024 - kOwn, 1025 - kOwn}) {
    const std::vector<Field> fields(count, field("A", ""));
    const bool is_sent = count + kOwn <= 1024;
    EXPECT_EQ(loggers_[0].log_fields(Priority::kInfo, "m", fields),
              is_sent ? SendStatus::kSent : SendStatus::kTooLarge);
    if (!is_sent) continue;
    EXPECT_EQ(server_.receive().value().size(), count + kOwn);
  }
}

}  // namespace
}  // namespace logq::client
