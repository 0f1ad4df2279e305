#include "supervise/patient_transport.h"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace logq::supervise {
namespace {

using namespace std::chrono_literals;

// Takes as much as it is told to.
class Collector final : public Transport {
 public:
  SendResult send(const Entry& entry) noexcept override {
    if (room == 0) return {refusal, 11};
    --room;
    messages.emplace_back(entry.message);
    times.push_back(entry.realtime_usec);
    for (const auto& part : {entry.context, entry.fields})
      for (const Field& field : part)
        field.value.append_to(fields);
    return {};
  }
  FlushResult flush(std::chrono::milliseconds /*timeout*/) noexcept override {
    return FlushResult::kFlushed;
  }
  [[nodiscard]] std::string describe_failure() const override { return "why"; }

  std::size_t room = 0;
  SendStatus refusal = SendStatus::kFull;
  std::vector<std::string> messages;
  std::vector<std::uint64_t> times;
  std::string fields;
};

using Strings = std::vector<std::string>;

class PatientTransportTest : public testing::Test {
 protected:
  SendStatus send(const std::string& message) {
    const std::array context{field("UNIT", "hello.service")};
    Entry entry;
    entry.message = message;
    entry.context = context;
    return transport_.send(entry).status;
  }

  Collector* collector_ = new Collector;
  PatientTransport transport_{std::unique_ptr<Transport>(collector_)};
};

TEST_F(PatientTransportTest, KeepsWhatIsNotTakenAndSendsItInOrder) {
  EXPECT_EQ(send("one"), SendStatus::kQueued);
  EXPECT_EQ(send("two"), SendStatus::kQueued);
  EXPECT_EQ(transport_.waiting(), 2U);
  collector_->room = 1;
  EXPECT_EQ(transport_.retry(), SendStatus::kFull);
  collector_->room = 5;
  EXPECT_EQ(send("three"), SendStatus::kSent);

  EXPECT_EQ(collector_->messages, (Strings{"one", "two", "three"}));
  EXPECT_EQ(transport_.waiting(), 0U);
  EXPECT_EQ(collector_->fields, "hello.servicehello.servicehello.service");
}

TEST_F(PatientTransportTest, SaysWhenLateEntriesWereSent) {
  send("late");
  collector_->room = 2;
  send("at once");
  ASSERT_EQ(collector_->times.size(), 2U);
  EXPECT_GT(collector_->times[0], 1'600'000'000'000'000U);
  EXPECT_EQ(collector_->times[1], 0U);
}

TEST_F(PatientTransportTest, DropsBeyondItsBound) {
  const std::string large(100'000, 'x');
  SendStatus status = SendStatus::kQueued;
  std::size_t kept = 0;
  for (; status == SendStatus::kQueued && kept < 100; ++kept)
    status = send(large);
  EXPECT_EQ(status, SendStatus::kFull);
  EXPECT_EQ(transport_.waiting(), PatientTransport::kMostBytes / 100'200);
}

TEST_F(PatientTransportTest, WaitsForABusyCollectorButNotForNone) {
  send("x");
  EXPECT_EQ(transport_.flush(20ms), FlushResult::kTimedOut);
  collector_->refusal = SendStatus::kNoCollector;
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(transport_.flush(1h), FlushResult::kCollectorGone);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 10min);
  collector_->room = 1;
  EXPECT_EQ(transport_.flush(1h), FlushResult::kFlushed);
  EXPECT_EQ(collector_->messages, (Strings{"x"}));
}

TEST_F(PatientTransportTest, WaitsOnceInVainAndThenOnlyWhenToldTo) {
  send("x");
  EXPECT_EQ(transport_.flush(1ms), FlushResult::kTimedOut);
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(transport_.flush(1h), FlushResult::kTimedOut);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 10min);
  transport_.be_patient_again();
  EXPECT_EQ(transport_.flush(30ms), FlushResult::kTimedOut);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 30ms);
}

TEST_F(PatientTransportTest, PassesOnWhatWillNeverBeTaken) {
  collector_->refusal = SendStatus::kTooLarge;
  EXPECT_EQ(send("x"), SendStatus::kTooLarge);
  EXPECT_EQ(transport_.waiting(), 0U);
}

}  // namespace
}  // namespace logq::supervise
