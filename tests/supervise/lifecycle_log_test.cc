#include "supervise/lifecycle_log.h"

#include <signal.h>

#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace logq::supervise {
namespace {

using Fields = std::map<std::string, std::string>;

class RecordingTransport final : public Transport {
 public:
  SendResult send(const Entry& entry) noexcept override {
    Fields fields{{"MESSAGE", std::string(entry.message)},
                  {"PRIORITY", std::to_string(static_cast<int>(entry.priority))},
                  {"SYSLOG_IDENTIFIER", std::string(entry.identifier)}};
    for (const auto& part : {entry.context, entry.fields}) {
      for (const Field& field : part) {
        field.value.append_to(fields[std::string(field.name.text())]);
      }
    }
    entries.push_back(std::move(fields));
    return {.status = status, .sys_errno = 0};
  }
  FlushResult flush(std::chrono::milliseconds /*timeout*/) noexcept override {
    return FlushResult::kFlushed;
  }
  [[nodiscard]] std::string describe_failure() const override { return "why"; }

  std::vector<Fields> entries;
  SendStatus status = SendStatus::kSent;
};

ServiceIdentity hello() {
  return {.unit = "hello.service",
          .description = "Hello World",
          .invocation = *Id128::parse("0123456789abcdef0123456789abcdef")};
}

TEST(LifecycleLog, TellsWhatTheUnitsLevelLetsThroughAndWhatIsWrongWithItsFile) {
  RecordingTransport transport;
  LifecycleLog log(transport, hello());
  log.limit_level(3);

  log.started();
  log.failed("exit-code");
  log.start_failed();
  log.misconfigured("unknown", "/u/hello.service", 7);

  ASSERT_EQ(transport.entries.size(), 2U);
  EXPECT_EQ(transport.entries[0]["MESSAGE"], "Failed to start hello.service - Hello World.");
  EXPECT_EQ(transport.entries[1]["MESSAGE"], "unknown");
}

TEST(LifecycleLog, TellsOfProcessorTimeFromASecondOnAndLouderFromTenMinutesOn) {
  RecordingTransport transport;
  LifecycleLog log(transport, hello());

  log.consumed(1'000'000);
  log.consumed(1'234'567);
  log.consumed(600'000'001);

  ASSERT_EQ(transport.entries.size(), 2U);
  EXPECT_EQ(transport.entries[0]["MESSAGE"], "hello.service: Consumed 1.234s CPU time.");
  EXPECT_EQ(transport.entries[0]["MESSAGE_ID"], "ae8f7b866b0347b9af31fe1c80b127c0");
  EXPECT_EQ(transport.entries[0]["CPU_USAGE_NSEC"], "1234567000");
  EXPECT_EQ(transport.entries[0]["PRIORITY"], "6");
  EXPECT_EQ(transport.entries[1]["MESSAGE"], "hello.service: Consumed 10min CPU time.");
  EXPECT_EQ(transport.entries[1]["PRIORITY"], "5");
}

TEST(LifecycleLog, StartedHasTheFieldsOfSystemdsJobEntry) {
  RecordingTransport transport;
  LifecycleLog(transport, hello()).started();

  ASSERT_EQ(transport.entries.size(), 1U);
  EXPECT_EQ(transport.entries[0], (Fields{{"MESSAGE", "Started hello.service - Hello World."},
                                          {"PRIORITY", "6"},
                                          {"SYSLOG_IDENTIFIER", "logq-run"},
                                          {"SYSLOG_FACILITY", "3"},
                                          {"MESSAGE_ID", "39f53479d3a045ac8e11786248231fbf"},
                                          {"UNIT", "hello.service"},
                                          {"OBJECT_SYSTEMD_UNIT", "hello.service"},
                                          {"INVOCATION_ID", "0123456789abcdef0123456789abcdef"},
                                          {"JOB_ID", "1"},
                                          {"JOB_TYPE", "start"},
                                          {"JOB_RESULT", "done"}}));
}

TEST(LifecycleLog, AnExitIsANoticeAndAKillAWarning) {
  RecordingTransport transport;
  LifecycleLog log(transport, hello());
  log.main_process_exited({ProcessExit::Code::kExited, 3});
  log.main_process_exited({ProcessExit::Code::kKilled, SIGKILL});

  EXPECT_EQ(transport.entries[0]["MESSAGE"],
            "hello.service: Main process exited, code=exited, status=3/NOTIMPLEMENTED");
  EXPECT_EQ(transport.entries[0]["PRIORITY"], "5");
  EXPECT_EQ(transport.entries[0]["EXIT_CODE"], "exited");
  EXPECT_EQ(transport.entries[0]["EXIT_STATUS"], "3");
  EXPECT_EQ(transport.entries[0]["COMMAND"], "ExecStart");
  EXPECT_EQ(transport.entries[1]["MESSAGE"],
            "hello.service: Main process exited, code=killed, status=9/KILL");
  EXPECT_EQ(transport.entries[1]["PRIORITY"], "4");
}

TEST(LifecycleLog, TitleIsTheUnitWhereThereIsNoDescription) {
  RecordingTransport transport;
  ServiceIdentity identity = hello();
  identity.description.clear();
  LifecycleLog log(transport, identity);
  log.stopping();
  log.stopped();

  EXPECT_EQ(transport.entries[0]["MESSAGE"], "Stopping hello.service...");
  EXPECT_EQ(transport.entries[1]["MESSAGE"], "Stopped hello.service.");
}

TEST(LifecycleLog, CountsWhatTheCollectorDidNotTake) {
  RecordingTransport transport;
  transport.status = SendStatus::kNoCollector;
  LifecycleLog log(transport, hello());
  log.deactivated();
  log.failed("signal");

  EXPECT_EQ(log.undelivered(), 2U);
  EXPECT_EQ(log.describe_failure(), "why");
}

}  // namespace
}  // namespace logq::supervise
