#include "query/short_format.h"

#include <algorithm>
#include <string>

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

TEST(ShortFormat, LetsNoColumnForgeALine) {
  EXPECT_EQ(short_line({"_HOSTNAME=b\nNov 14 22:13:20 box", "SYSLOG_IDENTIFIER=x\nforged",
                        "_COMM=y\nforged", "_PID=1\nforged", "SYSLOG_PID=7", "MESSAGE=m"}),
            "Nov 14 22:13:20 unknown[7]: m\n");
}

TEST(ShortFormat, LetsNoEscapeSequenceThroughAUnit) {
  EXPECT_EQ(formatted(OutputMode::kWithUnit,
                      {"_SYSTEMD_UNIT=\x1b[2Ja.service", "_SYSTEMD_USER_UNIT=b", "MESSAGE=m"}),
            "Tue 2023-11-14 22:13:20 UTC b: m\n");
  EXPECT_EQ(formatted(OutputMode::kWithUnit,
                      {"_SYSTEMD_UNIT=a", "_SYSTEMD_USER_UNIT=b\nforged", "MESSAGE=m"}),
            "Tue 2023-11-14 22:13:20 UTC a: m\n");
}

TEST(ShortFormat, IndentsNoFurtherThanAPageIsWide) {
  const std::string identifier = "SYSLOG_IDENTIFIER=" + std::string(40'000, 'i');
  const std::string message = "MESSAGE=" + std::string(1'000, '\n');

  const std::string out = short_line({identifier, message}, {.show_all = true});

  EXPECT_LT(out.size(), 3'000'000U);
  EXPECT_EQ(std::count(out.begin(), out.end(), '\n'), 1'000);
}

TEST(ShortFormat, ShowsEverythingWhenAskedTo) {
  EXPECT_EQ(short_line({"SYSLOG_IDENTIFIER=app", "MESSAGE=\x1b[31mred\x01\t!"}, {.show_all = true}),
            "Nov 14 22:13:20 app: \x1b[31mred\x01\t!\n");
}

TEST(ShortFormat, LeavesOutTheHostWhenAskedTo) {
  EXPECT_EQ(short_line({"_HOSTNAME=box", "MESSAGE=m"}, {.no_hostname = true}),
            "Nov 14 22:13:20 unknown: m\n");
}

TEST(ShortFormat, ShowsTheFirstLineOnlyWhenAskedTo) {
  EXPECT_EQ(short_line({"MESSAGE=one\ntwo"}, {.truncate_newline = true}),
            "Nov 14 22:13:20 unknown: one\n");
}

TEST(ShortFormat, EachOfItsRelativesHasItsOwnTime) {
  const std::vector<std::string_view> payloads = {"MESSAGE=m"};
  const auto line = [&](OutputMode mode) { return formatted(mode, payloads); };

  EXPECT_EQ(line(OutputMode::kShortFull), "Tue 2023-11-14 22:13:20 UTC unknown: m\n");
  EXPECT_EQ(line(OutputMode::kShortIso), "2023-11-14T22:13:20+00:00 unknown: m\n");
  EXPECT_EQ(line(OutputMode::kShortIsoPrecise), "2023-11-14T22:13:20.000000+00:00 unknown: m\n");
  EXPECT_EQ(line(OutputMode::kShortPrecise), "Nov 14 22:13:20.000000 unknown: m\n");
  EXPECT_EQ(line(OutputMode::kShortMonotonic), "[    5.000000] unknown: m\n");
  EXPECT_EQ(line(OutputMode::kShortDelta), "[    5.000000                ] unknown: m\n");
  EXPECT_EQ(line(OutputMode::kShortUnix), "1700000000.000000 unknown: m\n");
  EXPECT_EQ(line(OutputMode::kWithUnit), "Tue 2023-11-14 22:13:20 UTC unknown: m\n");
}

TEST(ShortFormat, DeltaCountsFromTheEntryBeforeEvenIfThatIsNotShown) {
  const auto format = query::make_output_format(OutputMode::kShortDelta, {});
  std::string out;
  query::EntryView entry = sample_entry({});
  format->append(entry, out);
  const std::vector<std::string_view> payloads = {"MESSAGE=m"};
  entry = sample_entry(payloads);
  entry.info.monotonic_usec += 1'500'000;
  format->append(entry, out);
  entry.info.boot_id = *Id128::parse("22222222222222222222222222222222");
  entry.info.realtime_usec += 2;
  format->append(entry, out);

  EXPECT_EQ(out,
            "[    6.500000 <    1.500000 >] unknown: m\n"
            "[    6.500000 <    0.000002*>] unknown: m\n");
}

TEST(ShortFormat, NamesTheUnitsInsteadOfTheProgramWhenAskedTo) {
  const auto line = [](const std::vector<std::string_view>& payloads) {
    return formatted(OutputMode::kWithUnit, payloads).substr(28);
  };

  EXPECT_EQ(line({"_SYSTEMD_UNIT=a.service", "SYSLOG_IDENTIFIER=app", "_PID=1", "MESSAGE=m"}),
            "a.service[1]: m\n");
  EXPECT_EQ(line({"_SYSTEMD_UNIT=user@1.service", "_SYSTEMD_USER_UNIT=b.service", "MESSAGE=m"}),
            "user@1.service/b.service: m\n");
  EXPECT_EQ(line({"SYSLOG_IDENTIFIER=app", "MESSAGE=m"}), "app: m\n");
}

TEST(ShortFormat, EllipsisesToTheWidthOfTheTerminalWhenAskedTo) {
  const FormatOptions narrow{.full = false, .columns = 36};

  EXPECT_EQ(short_line({"MESSAGE=0123456789"}, narrow), "Nov 14 22:13:20 unknown: 0123456789\n");
  EXPECT_EQ(short_line({"MESSAGE=0123456789012345678901"}, narrow),
            "Nov 14 22:13:20 unknown: 0123456789012345…01\n");
  EXPECT_EQ(short_line({"MESSAGE=a\nb\nc\nd"}, narrow),
            "Nov 14 22:13:20 unknown: a\n                 b\n                 c...\n");
}

TEST(ShortFormat, ColoursTheMessageByPriority) {
  const FormatOptions colours{.colours = true};
  const auto message = [&](std::string_view priority) {
    return short_line({priority, "MESSAGE=m"}, colours).substr(25);
  };

  EXPECT_EQ(message("PRIORITY=3"), "\x1b[0;1;31m\x1b[0;1;39m\x1b[0;1;31mm\x1b[0m\n");
  EXPECT_TRUE(message("PRIORITY=4").starts_with("\x1b[0;1;38;5;185m"));
  EXPECT_TRUE(message("PRIORITY=5").starts_with("\x1b[0;1;39m"));
  EXPECT_EQ(message("PRIORITY=6"), "m\n");
  EXPECT_TRUE(message("PRIORITY=7").starts_with("\x1b[0;38;5;245m"));
}

// Where journalctl 252 marks other bytes: positions there are those of the line, and do not follow
// what is stripped.
TEST(ShortFormat, MarksWhatWasFoundAlsoOnALaterLineAndBehindSequences) {
  const auto marked = [](std::string_view payload, query::TextSpan span) {
    const std::vector<std::string_view> payloads = {"PRIORITY=3", payload};
    query::EntryView entry = sample_entry(payloads);
    entry.highlight = span;
    std::string out;
    query::make_output_format(OutputMode::kShort, {.utc = true, .colours = true})
        ->append(entry, out);
    return out.substr(25);
  };

  EXPECT_EQ(marked("MESSAGE=a\nb needle c", {4, 10}),
            "\x1b[0;1;31ma\x1b[0m\n                 "
            "\x1b[0;1;31mb \x1b[0;1;39mneedle\x1b[0;1;31m c\x1b[0m\n");
  EXPECT_EQ(marked("MESSAGE=\x1b[31mred\x1b[0m needle", {13, 19}),
            "\x1b[0;1;31mred \x1b[0;1;39mneedle\x1b[0m\n");
}

TEST(ShortFormat, MakesNoLinkOfWhatCouldForgeALine) {
  const FormatOptions links{.show_all = true, .colours = true, .hyperlinks = true};

  EXPECT_EQ(short_line({"DOCUMENTATION=http://x\ny", "MESSAGE=m"}, links),
            "Nov 14 22:13:20 unknown: m\n");
  EXPECT_EQ(short_line({"DOCUMENTATION=http://x", "MESSAGE=m"}, links),
            "Nov 14 22:13:20 unknown: \x1b]8;;http://x\a[\xf0\x9f\xa1\x95]\x1b]8;;\a m\n");
}

TEST(ShortFormat, MakesNoLinkOfWhatIsMarkedOrMayBeEllipsised) {
  const std::vector<std::string_view> payloads = {"CONFIG_FILE=/a", "MESSAGE=/a: bad",
                                                  "PRIORITY=3"};
  query::EntryView entry = sample_entry(payloads);
  entry.highlight = query::TextSpan{0, 2};
  const auto line = [&](const FormatOptions& options) {
    std::string out;
    query::make_output_format(OutputMode::kShort, options)->append(entry, out);
    return out;
  };

  EXPECT_EQ(line({.utc = true, .colours = true, .hyperlinks = true}),
            "Nov 14 22:13:20 unknown: \x1b[0;1;31m\x1b[0;1;39m/a\x1b[0;1;31m: bad\x1b[0m\n");
  entry.highlight.reset();
  EXPECT_EQ(line({.full = false, .utc = true, .hyperlinks = true, .columns = 200}),
            "Nov 14 22:13:20 unknown: /a: bad\n");
}

TEST(ShortFormat, WantsTheFieldsOfALineOnly) {
  const auto format = query::make_output_format(OutputMode::kShort, {});

  EXPECT_TRUE(format->wants("_SOURCE_REALTIME_TIMESTAMP"));
  EXPECT_TRUE(format->wants("_HOSTNAME"));
  EXPECT_FALSE(format->wants("_CMDLINE"));
  EXPECT_FALSE(format->wants("MESSAGE_ID"));
}

}  // namespace
}  // namespace logq::test
