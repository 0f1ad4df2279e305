// --collector-status: what an operator is told, and that it is true of a running logqd.
#include "logq/collector/collector_status.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/child_process.h"
#include "support/native_sender.h"
#include "support/private_logqd.h"
#include "support/stock_journald.h"

namespace logq::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string described(const std::string& json) {
  const auto view = wire::JsonView::parse(json);
  EXPECT_TRUE(view.has_value()) << json;
  return view ? describe_collector_status(*view, 10'000'000) : "";
}

constexpr const char* kWell =
    R"({"version":"0.1","pid":7,"namespace":"","runtimeDirectory":"/r","startedRealtimeUSec":1,)"
    R"("uptimeUSec":61000000,"storage":{"place":"persistent","directory":"/s","files":1,)"
    R"("usedBytes":8388608,"limitBytes":1073741824,"availableBytes":1048576,)"
    R"("fileSystemFreeBytes":0},"storedEntries":12,"storedBytes":2048,)"
    R"("rates":[{"seconds":10,"entriesPerSecond":1.2,"bytesPerSecond":204.8}],"droppedTotal":0,)"
    R"("dropped":{"storeFailed":0},"suppressed":0,"queues":[{"socket":"native","queue":"empty"}],)"
    R"("streams":{"open":2,"max":4096,"waitingBytes":0},)"
    R"("batches":{"connections":1,"refused":0},"clients":1,)"
    R"("lastSync":{"endedRealtimeUSec":7000000,"tookUSec":1500,"error":null},"syncFailures":0,)"
    R"("control":{"connections":1,"refused":0}})";

std::string with(const std::string& from, const std::string& to) {
  std::string json = kWell;
  const std::size_t at = json.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return json.replace(at, from.size(), to);
}

TEST(CollectorStatus, SaysWhenAllIsWell) {
  const std::string text = described(kWell);

  EXPECT_THAT(text, HasSubstr("logqd: 0.1, process 7\n"));
  EXPECT_THAT(text, HasSubstr("state: all is well\n"));
  EXPECT_THAT(text, HasSubstr("up: 1min 1s, since "));
  EXPECT_THAT(text, HasSubstr("1 file, 8.0M of 1.0G, 1.0M left"));
  EXPECT_THAT(text, HasSubstr("rate: 1.2 entries/s, 204B/s in the last 10 seconds\n"));
  EXPECT_THAT(text, HasSubstr("dropped: 0\n"));
  EXPECT_THAT(text, HasSubstr("last sync: 3s ago, took 1.500ms; 0 failures\n"));
}

TEST(CollectorStatus, SaysWhatUsersHaveOfTheStorage) {
  EXPECT_THAT(described(kWell), Not(HasSubstr("users have")));
  EXPECT_THAT(
      described(with("\"usedBytes\"", "\"userFiles\":2,\"userBytes\":1048576,\"usedBytes\"")),
      HasSubstr("1.0M left; free on the file system: 0B\n"
                "              of which users have 2 files, 1.0M\n"));
}

TEST(CollectorStatus, SaysWhatIsWrong) {
  EXPECT_THAT(described(with(R"("droppedTotal":0,"dropped":{"storeFailed":0})",
                             R"("droppedTotal":3,"dropped":{"storeFailed":3})")),
              AllOf(HasSubstr("state: 3 dropped\n"), HasSubstr("dropped: 3 (store failed: 3)\n")));
  EXPECT_THAT(described(with("\"queue\":\"empty\"", "\"queue\":\"full\"")),
              HasSubstr("state: the native queue is full, senders wait\n"));
  EXPECT_THAT(described(with("\"error\":null", "\"error\":\"fsync: I/O\"")),
              AllOf(HasSubstr("state: the last sync failed\n"), HasSubstr("failed: fsync: I/O;")));
  EXPECT_THAT(described(with("\"persistent\"", "\"volatile\"")),
              HasSubstr("state: storage is volatile\n"));
  EXPECT_THAT(described(with("\"persistent\"", "\"none\"")),
              HasSubstr("state: nothing is stored\n"));
  EXPECT_THAT(described(with("\"suppressed\":0", "\"suppressed\":9")),
              HasSubstr("state: 9 suppressed by rate limits\n"));
  EXPECT_THAT(described(with(R"("batches":{"connections":1,"refused":0})",
                             R"("batches":{"connections":1,"refused":4})")),
              AllOf(HasSubstr("state: 4 batch clients turned away\n"),
                    HasSubstr("batches: 1 connection, 4 refused\n")));
}

TEST(CollectorStatus, WhatIsMissingOrStrangeDoesNoHarm) {
  EXPECT_THAT(described("{}"), HasSubstr("logqd: ?, process ?"));
  EXPECT_THAT(described("[]"), HasSubstr("streams: ? of ?"));
  const std::string text = described(with("\"/r\"", "\"\\u001b[31m\""));
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  described(with("1.2", "1e308"));
  described(with("204.8", "-1e308"));
  described(with("[{\"seconds\"", "[1,null,{\"seconds\""));
}

TEST(CollectorStatus, IndentsJson) {
  EXPECT_EQ(indent_json(R"({"a":[1,{"b":"x,\"{}"}],"c":{},"d":[]})"),
            "{\n  \"a\": [\n    1,\n    {\n      \"b\": \"x,\\\"{}\"\n    }\n  ],\n"
            "  \"c\": {},\n  \"d\": []\n}");
}

test::CommandResult ask(const std::string& runtime_dir, std::vector<std::string> options) {
  options.insert(options.begin(), {test::built_program("logq"), "--runtime-dir=" + runtime_dir});
  return test::run_command({options, {}, {}});
}

TEST(CollectorStatus, IsAskedOfARunningLogqd) {
  const test::PrivateLogqd logqd;
  test::NativeSender(logqd.native_socket()).send({{"MESSAGE", "one"}});
  ASSERT_EQ(ask(logqd.runtime_dir(), {"--sync"}).status, 0);

  const auto text = ask(logqd.runtime_dir(), {"--collector-status"});
  const auto json = ask(logqd.runtime_dir(), {"--collector-status", "-o", "json"});

  EXPECT_EQ(text.status, 0) << text.err;
  EXPECT_THAT(text.out, HasSubstr("state: all is well\n"));
  EXPECT_THAT(text.out, HasSubstr("storage: persistent, " + logqd.storage_dir()));
  const auto view = wire::JsonView::parse(json.out);
  ASSERT_TRUE(view.has_value()) << json.out;
  EXPECT_GT(view->member("storedEntries")->unsigned_integer().value_or(0), 0U);
}

TEST(CollectorStatus, AStockJournaldHasNone) {
  if (const auto why = test::StockJournald::unavailable()) GTEST_SKIP() << *why;
  const test::StockJournald journald;

  const auto asked = ask(journald.runtime_dir(), {"--collector-status"});

  EXPECT_EQ(asked.status, 1);
  EXPECT_THAT(asked.err, HasSubstr("is no logqd that knows io.logq.Collector.Status"));
}

TEST(CollectorStatus, NobodyThereIsAFailure) {
  const test::TempDir dir;

  const auto asked = ask(dir.path(), {"--collector-status"});

  EXPECT_EQ(asked.status, 1);
  EXPECT_EQ(asked.err, "logq: " + dir.path() + ": no collector is running there\n");
}

}  // namespace
}  // namespace logq::cli
