#include "query/short_format.h"

#include <gtest/gtest.h>

#include "query/sample_entry.h"

namespace logq::test {
namespace {

using query::FormatOptions;
using query::OutputMode;

std::string short_line(const std::vector<std::string_view>& payloads, FormatOptions options = {}) {
  return formatted(OutputMode::kShort, payloads, options);
}

TEST(ShortFormat, PrintsTimeHostIdentifierPidAndMessage) {
  EXPECT_EQ(short_line({"_HOSTNAME=box", "SYSLOG_IDENTIFIER=app", "_PID=42", "MESSAGE=hello"}),
            "Nov 14 22:13:20 box app[42]: hello\n");
}

TEST(ShortFormat, PrintsNothingForAnEntryWithoutMessage) {
  EXPECT_EQ(short_line({"SYSLOG_IDENTIFIER=app", "PRIORITY=3"}), "");
}

TEST(ShortFormat, FallsBackToCommandNameAndSyslogPid) {
  EXPECT_EQ(short_line({"_COMM=cmd", "SYSLOG_PID=7", "MESSAGE=m"}), "Nov 14 22:13:20 cmd[7]: m\n");
  EXPECT_EQ(short_line({"MESSAGE=m"}), "Nov 14 22:13:20 unknown: m\n");
}

TEST(ShortFormat, TheLastOfRepeatedFieldsCounts) {
  EXPECT_EQ(short_line({"SYSLOG_IDENTIFIER=a", "SYSLOG_IDENTIFIER=b", "MESSAGE=1", "MESSAGE=2"}),
            "Nov 14 22:13:20 b: 2\n");
}

TEST(ShortFormat, PrefersTheTimeOfTheSource) {
  EXPECT_EQ(short_line({"MESSAGE=m", "_SOURCE_REALTIME_TIMESTAMP=1600000000123456"}),
            "Sep 13 12:26:40 unknown: m\n");
  EXPECT_EQ(short_line({"MESSAGE=m", "_SOURCE_REALTIME_TIMESTAMP=garbage"}),
            "Nov 14 22:13:20 unknown: m\n");
}

TEST(ShortFormat, IndentsContinuationLinesToTheMessage) {
  EXPECT_EQ(short_line({"SYSLOG_IDENTIFIER=app", "MESSAGE=one\ntwo\n"}),
            "Nov 14 22:13:20 app: one\n                     two\n");
}

TEST(ShortFormat, TellsTheSizeOfAMessageThatIsNotText) {
  EXPECT_EQ(short_line({"SYSLOG_IDENTIFIER=app", std::string_view("MESSAGE=a\0b", 11)}),
            "Nov 14 22:13:20 app: [3B blob data]\n");
}

TEST(ShortFormat, LeavesOutColumnsThatAreNoText) {
  EXPECT_EQ(short_line({"_HOSTNAME=b\x01x", "SYSLOG_IDENTIFIER=\xff", "_COMM=cmd", "MESSAGE=m"}),
            "Nov 14 22:13:20 cmd: m\n");
}

TEST(ShortFormat, ShowsEverythingWhenAskedTo) {
  EXPECT_EQ(short_line({"SYSLOG_IDENTIFIER=app", "MESSAGE=\x1b[31mred\x01\t!"}, {.show_all = true}),
            "Nov 14 22:13:20 app: \x1b[31mred\x01\t!\n");
}

TEST(ShortFormat, LeavesOutTheHostWhenAskedTo) {
  EXPECT_EQ(short_line({"_HOSTNAME=box", "MESSAGE=m"}, {.no_hostname = true}),
            "Nov 14 22:13:20 unknown: m\n");
}

TEST(CatFormat, PrintsTheFirstMessageByteForByte) {
  EXPECT_EQ(formatted(OutputMode::kCat, {"A=1", "MESSAGE=\x1b\xff\n", "MESSAGE=2"}),
            "\x1b\xff\n\n");
  EXPECT_EQ(formatted(OutputMode::kCat, {"A=1"}), "");
}

}  // namespace
}  // namespace logq::test
