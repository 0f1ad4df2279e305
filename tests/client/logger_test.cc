#include "logq/logger.h"

#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include <gtest/gtest.h>

#include "client/fake_transport.h"

namespace logq {
namespace {

using test::FakeTransport;
using test::Recording;
using test::value_of;
using test::values_of;

class LoggerTest : public testing::Test {
 protected:
  Recording recording_;
  Logger log_{LoggerOptions{.identifier = "app"}, std::make_unique<FakeTransport>(recording_)};
};

TEST_F(LoggerTest, SendsTheStandardFieldsAndTheCallsOwn) {
  const auto line = std::to_string(__LINE__ + 1);
  const auto status = log_.warning("disk is full", field<"FREE">(0), field("PATH", "/srv"));

  EXPECT_EQ(status, SendStatus::kSent);
  const auto& entry = recording_.entries.at(0);
  EXPECT_EQ(value_of(entry, "MESSAGE"), "disk is full");
  EXPECT_EQ(value_of(entry, "PRIORITY"), "4");
  EXPECT_EQ(value_of(entry, "SYSLOG_IDENTIFIER"), "app");
  EXPECT_EQ(value_of(entry, "TID"), std::to_string(::gettid()));
  EXPECT_EQ(value_of(entry, "CODE_FILE"), __FILE__);
  EXPECT_EQ(value_of(entry, "CODE_LINE"), line);
  EXPECT_NE(value_of(entry, "CODE_FUNC").find("TestBody"), std::string::npos);
  EXPECT_EQ(value_of(entry, "FREE"), "0");
  EXPECT_EQ(value_of(entry, "PATH"), "/srv");
}

TEST_F(LoggerTest, EveryLevelMethodHasItsPriority) {
  log_.emergency("");
  log_.alert("");
  log_.critical("");
  log_.error("");
  log_.warning("");
  log_.notice("");
  log_.info("");
  log_.debug("");

  ASSERT_EQ(recording_.entries.size(), 8U);
  for (std::size_t i = 0; i < 8; ++i) {
    EXPECT_EQ(value_of(recording_.entries[i], "PRIORITY"), std::to_string(i));
  }
}

TEST_F(LoggerTest, NamesTheProgramWhereNoIdentifierIsGiven) {
  Logger log({}, std::make_unique<FakeTransport>(recording_));

  log.info("x");

  EXPECT_EQ(value_of(recording_.entries.at(0), "SYSLOG_IDENTIFIER"), program_invocation_short_name);
}

TEST_F(LoggerTest, FilteredCallsAreCountedAndNotSent) {
  log_.set_level(Priority::kWarning);

  EXPECT_EQ(log_.info("quiet"), SendStatus::kFiltered);
  EXPECT_EQ(log_.log_fields(Priority::kDebug, "quiet", {}), SendStatus::kFiltered);
  EXPECT_EQ(log_.error("loud"), SendStatus::kSent);

  EXPECT_EQ(recording_.entries.size(), 1U);
  EXPECT_EQ(log_.statistics().filtered, 2U);
}

TEST_F(LoggerTest, WithAddsCopiesOfItsFieldsToEveryEntry) {
  std::string id = "first";
  const Logger request = log_.with(field("REQUEST_ID", id));
  const Logger step = request.with(field("STEP", 2), message_id(Id128{}));
  id = "xxxxx";

  step.info("x");
  log_.info("y");

  EXPECT_EQ(value_of(recording_.entries.at(0), "REQUEST_ID"), "first");
  EXPECT_EQ(value_of(recording_.entries.at(0), "STEP"), "2");
  EXPECT_EQ(value_of(recording_.entries.at(0), "MESSAGE_ID"), std::string(32, '0'));
  EXPECT_EQ(value_of(recording_.entries.at(1), "REQUEST_ID"), "(absent)");
}

TEST_F(LoggerTest, ScopedFieldsReachTheEntriesOfTheirThreadOnly) {
  std::unique_ptr<ScopedField> outer(new ScopedField("OUTER", 1));
  const ScopedField inner("INNER", std::string("two"));

  log_.info("both");
  std::thread([&] { log_.info("none"); }).join();
  outer.reset();  // not in reverse order
  log_.info("inner");

  EXPECT_EQ(value_of(recording_.entries.at(0), "OUTER"), "1");
  EXPECT_EQ(value_of(recording_.entries.at(0), "INNER"), "two");
  EXPECT_EQ(value_of(recording_.entries.at(1), "INNER"), "(absent)");
  EXPECT_EQ(value_of(recording_.entries.at(2), "OUTER"), "(absent)");
  EXPECT_EQ(value_of(recording_.entries.at(2), "INNER"), "two");
}

TEST_F(LoggerTest, BadRunTimeNamesAreRenamedAndCounted) {
  log_.info("x", runtime_field("user-id", 42), runtime_field("_UID", 0), runtime_field("OK", 1));

  EXPECT_EQ(value_of(recording_.entries.at(0), "USER_ID"), "42");
  EXPECT_EQ(value_of(recording_.entries.at(0), "X__UID"), "0");
  EXPECT_EQ(value_of(recording_.entries.at(0), "OK"), "1");
  EXPECT_EQ(log_.statistics().renamed_fields, 2U);
}

TEST_F(LoggerTest, DropsAreReportedByCauseAfterTheNextSuccess) {
  recording_.answers = {
      {SendStatus::kFull, EAGAIN}, {SendStatus::kFull, EAGAIN}, {SendStatus::kTooLarge, EMSGSIZE}};

  for (int i = 0; i < 4; ++i)
    log_.info("x");

  ASSERT_EQ(recording_.entries.size(), 2U);
  const auto& report = recording_.entries[1];
  EXPECT_EQ(value_of(report, "MESSAGE"), "3 messages dropped");
  EXPECT_EQ(value_of(report, "PRIORITY"), "4");
  EXPECT_EQ(value_of(report, "N_DROPPED"), "3");
  EXPECT_EQ(value_of(report, "N_DROPPED_FULL"), "2");
  EXPECT_EQ(value_of(report, "N_DROPPED_TOO_LARGE"), "1");
  EXPECT_EQ(log_.statistics().sent, 1U);
  EXPECT_EQ(log_.statistics().dropped(), 3U);
}

TEST_F(LoggerTest, ADroppedReportIsMadeAgainLater) {
  recording_.answers = {
      {SendStatus::kFull, EAGAIN}, {SendStatus::kSent, 0}, {SendStatus::kFull, EAGAIN}};

  for (int i = 0; i < 3; ++i)
    log_.info("x");

  ASSERT_EQ(recording_.entries.size(), 3U);
  EXPECT_EQ(value_of(recording_.entries[2], "MESSAGE"), "1 message dropped");
}

TEST_F(LoggerTest, KeepsErrno) {
  errno = ENOTTY;
  log_.info("x");
  log_.flush(std::chrono::seconds(1));

  EXPECT_EQ(errno, ENOTTY);
}

TEST_F(LoggerTest, PromisesNotToThrow) {
  static_assert(noexcept(log_.info("x", field<"A">(1))));
  static_assert(noexcept(log_.log(Priority::kInfo, "x")));
  static_assert(noexcept(log_.submit(Entry{})));
  static_assert(noexcept(log_.flush(std::declval<std::chrono::milliseconds>())));
}

TEST_F(LoggerTest, AChildProcessHasItsOwnThreadId) {
  log_.info("parent");
  const pid_t child = ::fork();
  if (child == 0) {
    log_.info("child");
    ::_exit(value_of(recording_.entries.back(), "TID") == std::to_string(::getpid()) ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);

  EXPECT_EQ(status, 0);
}

TEST_F(LoggerTest, LogsFromDestructorsAtTheEndOfAThread) {
  struct AtExit {
    const Logger* log = nullptr;
    AtExit() = default;
    AtExit(const AtExit&) = delete;
    AtExit& operator=(const AtExit&) = delete;
    ~AtExit() { log->info("last words"); }
  };
  std::thread([&] {
    thread_local AtExit at_exit;
    at_exit.log = &log_;
    log_.info("first words");
  }).join();

  EXPECT_EQ(value_of(recording_.entries.at(1), "MESSAGE"), "last words");
}

}  // namespace
}  // namespace logq
