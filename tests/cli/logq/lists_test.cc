// What logq lists: fields, boots, formats, facilities.
#include <gtest/gtest.h>

#include "logq/run_table.h"
#include "written_journal.h"

namespace logq::test {
namespace {

std::vector<cli::Run> three_runs() {
  std::vector<cli::Run> runs(3);
  for (std::size_t i = 0; i < runs.size(); ++i) {
    runs[i].id.bytes[15] = static_cast<std::uint8_t>(i + 1);
    runs[i].first_realtime_usec = (i + 1) * 1'000'000;
    runs[i].last_realtime_usec = (i + 1) * 1'000'000 + 1;
  }
  return runs;
}

constexpr cli::RunTableNames kNames = {"BOOT ID", "boot_id"};

TEST(RunTable, NumbersTheRunsBackward) {
  cli::DisplayOptions display;
  display.format.utc = true;

  EXPECT_EQ(cli::format_runs(three_runs(), kNames, display),
            "IDX BOOT ID                          FIRST ENTRY                 LAST ENTRY\n"
            " -2 00000000000000000000000000000001 Thu 1970-01-01 00:00:01 UTC "
            "Thu 1970-01-01 00:00:01 UTC\n"
            " -1 00000000000000000000000000000002 Thu 1970-01-01 00:00:02 UTC "
            "Thu 1970-01-01 00:00:02 UTC\n"
            "  0 00000000000000000000000000000003 Thu 1970-01-01 00:00:03 UTC "
            "Thu 1970-01-01 00:00:03 UTC\n");
}

TEST(RunTable, IsJsonForPrograms) {
  cli::DisplayOptions display;
  display.mode = query::OutputMode::kJson;
  display.lines = 2;

  EXPECT_EQ(cli::format_runs(three_runs(), kNames, display),
            "[{\"index\":-1,\"boot_id\":\"00000000000000000000000000000002\","
            "\"first_entry\":2000000,\"last_entry\":2000001},"
            "{\"index\":0,\"boot_id\":\"00000000000000000000000000000003\","
            "\"first_entry\":3000000,\"last_entry\":3000001}]\n");
}

TEST(RunTable, CanBeCutAndTurned) {
  cli::DisplayOptions display;
  display.quiet = true;
  display.lines = 1;
  EXPECT_TRUE(cli::format_runs(three_runs(), kNames, display).starts_with("0 "));
  display.lines_from_head = true;
  EXPECT_TRUE(cli::format_runs(three_runs(), kNames, display).starts_with("-2 "));
  display.lines.reset();
  display.reverse = true;
  EXPECT_TRUE(cli::format_runs(three_runs(), kNames, display).starts_with(" 0 "));
}

TEST(RunTable, OfNoRunsIsEmpty) {
  EXPECT_EQ(cli::format_runs({}, kNames, {}), "");
}

class Lists : public testing::Test {
 protected:
  Lists() {
    journal_.append_fields(1, {"MESSAGE=a", "FOO=1"});
    journal_.append_fields(1, {"MESSAGE=b", "FOO=2"});
    journal_.append_fields(1, {"MESSAGE=c", "FOO=1", "BAR="});
  }

  WrittenJournal journal_;
};

TEST_F(Lists, NamesOfFieldsAreSorted) {
  EXPECT_EQ(journal_.logq({"-N"}).out, "BAR\nFOO\nMESSAGE\n_BOOT_ID\n");
}

TEST_F(Lists, ValuesOfAFieldComeOnce) {
  const std::string out = journal_.logq({"-F", "FOO"}).out;

  EXPECT_TRUE(out == "1\n2\n" || out == "2\n1\n") << out;
  EXPECT_EQ(journal_.logq({"-F", "FOO", "-n", "1"}).out.size(), 2U);
  EXPECT_EQ(journal_.logq({"-F", "BAR"}).out, "\n");
  EXPECT_EQ(journal_.logq({"-F", "NOPE"}).out, "");
}

TEST_F(Lists, WhatIsNoFieldIsRefused) {
  for (const char* const field : {"lower", "", "A=B", "__CURSOR"})
    EXPECT_EQ(journal_.logq({"-F", field}).status, 1) << field;
}

TEST_F(Lists, OneBootIsABoot) {
  const std::string out = journal_.logq({"--list-boots", "-q"}).out;

  EXPECT_TRUE(out.starts_with("0 " + base::boot_id().to_string() + " ")) << out;
}

TEST_F(Lists, WhereThereIsNothingToListThatIsSaid) {
  const TempDir empty;
  for (const std::vector<std::string>& what : {std::vector<std::string>{"-N"},
                                               {"-F", "_PID"},
                                               {"--list-boots"},
                                               {"--disk-usage"},
                                               {"--header"},
                                               {"--verify"}}) {
    std::vector<std::string> argv = {std::string(LOGQ_BIN_DIR) + "/logq", "-D", empty.path()};
    argv.insert(argv.end(), what.begin(), what.end());
    EXPECT_EQ(run_command({argv, {}, {}}).err, "logq: no journal files were found\n") << what[0];
    argv.emplace_back("-q");
    EXPECT_EQ(run_command({argv, {}, {}}).err, "") << what[0];
  }
}

TEST_F(Lists, HelpOfFormatsAndFacilities) {
  EXPECT_TRUE(journal_.logq({"-o", "help"}).out.starts_with("short\n"));
  EXPECT_TRUE(journal_.logq({"--facility=help"}).out.starts_with("Available facilities:\nkern\n"));
}

}  // namespace
}  // namespace logq::test
