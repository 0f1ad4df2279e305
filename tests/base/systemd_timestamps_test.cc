// Times as text: parse_timestamp and systemd-analyze must take the same ones, and as the same time.
#include <stdlib.h>

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/clock.h"
#include "base/systemd_analyze.h"
#include "base/time_zone.h"
#include "base/timestamp.h"

namespace logq::base {
namespace {

const std::vector<std::string> kTimestamps = {"now",
                                              "today",
                                              "yesterday",
                                              "tomorrow",
                                              "today UTC",
                                              "yesterday UTC",
                                              "tomorrow UTC",
                                              "Now",
                                              "today ",
                                              "  today",

                                              "2012-09-22 16:34:22",
                                              "2012-09-22 16:34",
                                              "2012-09-22",
                                              "12-09-22 16:34:22",
                                              "12-09-22 16:34",
                                              "12-09-22",
                                              "70-01-02",
                                              "69-01-02",
                                              "68-01-02",
                                              "99-12-31",
                                              "00-01-01",
                                              "2012-09-22 16:34:22.1",
                                              "2012-09-22 16:34:22.123456",
                                              "2012-09-22 16:34:22.1234567",
                                              "2012-09-22 16:34:22.1234564",
                                              "2012-09-22 16:34:22.9999999",
                                              "2012-09-22 16:34:22.",
                                              "2012-09-22 16:34:22.5x",
                                              "2012-09-22 16:34.5",
                                              "2012-09-22 16:34:22.12345678901234567890123",
                                              "2012-09-22 16:34:22. 5",
                                              "Sat 2012-09-22",
                                              "Saturday 2012-09-22 16:34",
                                              "sat 2012-09-22",
                                              "SATURDAY 2012-09-22 16:34:22",
                                              "Sun 2012-09-22",
                                              "Sat2012-09-22",
                                              "Sat  2012-09-22",
                                              "Sa 2012-09-22",
                                              "Sat 12-09-22",
                                              "Sat, 2012-09-22",
                                              "Tues 2012-09-22",
                                              "Thu 1970-01-01 12:00",
                                              "16:34:22",
                                              "16:34",
                                              "00:00",
                                              "23:59:59",
                                              "24:00",
                                              "23:60",
                                              "23:59:60",
                                              "23:59:61",
                                              "23:59:62",
                                              "16",
                                              "16:",
                                              "16:34:",
                                              "16:34:22.75",
                                              "2012-9-2",
                                              "2012-09-2 1:2:3",
                                              "2012-13-01",
                                              "2012-00-01",
                                              "2012-12-00",
                                              "2012-12-32",
                                              "2012-02-30",
                                              "2013-02-29",
                                              "2012-11-31 12:00",
                                              "12-2-31",
                                              "2012-9-22 6:04",
                                              "2012-09-2216:34",
                                              "2012-09-22   16:34",
                                              "2012- 09- 22",
                                              "2012 -09-22",
                                              "2012-09-22 16 :34",
                                              "2012-09-22 16: 34",
                                              "1970-01-01",
                                              "1970-01-01 00:00:00",
                                              "1970-01-01 00:00:01",
                                              "1970-01-02",
                                              "1969-12-31",
                                              "1969-12-31 23:59:59 UTC",
                                              "1970-01-01 00:00:00 UTC",
                                              "1970-01-01 00:00:01 UTC",
                                              "0000-01-01",
                                              "1901-12-14",
                                              "1970-01-01 05:00",
                                              "1970-01-01 12:00",
                                              "2038-01-19 03:14:08",
                                              "2106-02-07 06:28:16",
                                              "9999-12-30 23:59:59 UTC",
                                              "9999-12-31 UTC",
                                              "9999-12-31",
                                              "10000-01-01",
                                              "9999-12-30",
                                              "2486-07-01",
                                              "@0",
                                              "@1",
                                              "@1348324462",
                                              "@1348324462.5",
                                              "@1348324462.123456",
                                              "@1.1234567",
                                              "@.5",
                                              "@",
                                              "@-1",
                                              "@1s",
                                              "@1min 5s",
                                              "@ 5",
                                              "@5 +05",
                                              "@5 UTC",
                                              "@infinity",
                                              "@1348324462 UTC",
                                              "@18446744073709551615",
                                              "@+5",
                                              "@1.5.5",
                                              "Sep 22 16:34:22",
                                              "sep 22 16:34:22",
                                              "September 22 16:34:22",
                                              "Sep 22 16:34",
                                              "Sep 22",
                                              "Sep 22 16:34:22.5",
                                              "Sat Sep 22 16:34:22",
                                              "Feb 30 00:00:00",
                                              "Foo 22 16:34:22",
                                              "Jan 1 00:00:00",
                                              "May 3 1:2:3",
                                              "Sep  2 16:34:22",
                                              "Sept 22 16:34:22",
                                              "Jun 31 12:00:00",
                                              "2012-09-22 16:34:22 UTC",
                                              "2012-09-22 UTC",
                                              "16:34 UTC",
                                              "Sat 2012-09-22 UTC",
                                              "Sun 2012-09-22 UTC",
                                              "2012-09-22 16:34:22 utc",
                                              "2012-09-22 16:34:22  UTC",
                                              "UTC",
                                              "2012-09-22UTC",
                                              "12-09-22 16:34 UTC",
                                              "16:34:22.5 UTC",
                                              "Sep 22 16:34:22 UTC",
                                              "2012-09-22 16:34:22.25 UTC",
                                              "2012-07-01 12:00 CEST",
                                              "2012-01-01 12:00 CEST",
                                              "2012-01-01 12:00:00.5 CEST",
                                              "today CEST",
                                              "16:34 CEST",
                                              "2012-07-01 12:00 NZDT",
                                              "2012-01-01 12:00 NZDT",
                                              "2012-07-01 12:00 NZST",
                                              "2012-07-01 12:00 PDT",
                                              "2012-01-01 PDT",
                                              "2012-07-01 12:00 XYZ",
                                              "2012-07-01 12:00 EDT",
                                              "",
                                              "foo",
                                              "+",
                                              "-",
                                              "ago",
                                              "5 ago ago",
                                              "left",
                                              "today yesterday",
                                              "2012",
                                              "2012-09",
                                              "2012-09-22-01",
                                              "2012-09-22 16:34:22 foo",
                                              "2012/09/22",
                                              "22.09.2012",
                                              "16.34",
                                              "now+5min",
                                              "+5foo",
                                              "5min",
                                              "-5min ago",
                                              "+5min left",
                                              "99999999999999999999",
                                              "@x",
                                              "::",
                                              "--",
                                              "2012-09-22T",
                                              "x2012-09-22",
                                              "2012-09-22 16:34:22x"};

// Around changes of the clocks, one of which may be today, and a day that Samoa left out.
const std::vector<std::string> kClockChanges = {"1:2",
                                                "1:2:3",
                                                "01:2:03.5",
                                                "2012-03-25 01:59:59",
                                                "2012-03-25 02:00:00",
                                                "2012-03-25 02:30:00",
                                                "2012-03-25 03:00",
                                                "2012-10-28 01:30",
                                                "2012-10-28 02:00",
                                                "2012-10-28 02:30",
                                                "2012-10-28 02:59:59",
                                                "2012-10-28 03:00",
                                                "2012-03-11 02:30",
                                                "2012-11-04 01:30",
                                                "2012-04-01 02:30",
                                                "2012-09-30 02:30",
                                                "2012-04-01 03:00",
                                                "2011-12-30 12:00",
                                                "2011-12-31",
                                                "2012-10-07 02:10",
                                                "2012-04-01 01:45",
                                                "2012-10-07 02:30"};

class SystemdTimestamps : public testing::TestWithParam<const char*> {
 protected:
  // A time that depends on the clock is compared with what it means just before and just after; for
  // all others these are the same.
  static void expect_read_alike(const std::vector<std::string>& texts) {
    const std::uint64_t before = Clock::system().now().realtime_usec;
    const auto theirs = test::analyzed_timestamps(texts, GetParam());
    const std::uint64_t after = Clock::system().now().realtime_usec;
    for (const std::string& text : texts) {
      const auto earliest = parse_timestamp(text, before);
      const auto latest = parse_timestamp(text, after);
      const auto their = theirs.find(text);
      EXPECT_EQ(earliest.has_value(), their != theirs.end()) << text;
      if (!earliest || their == theirs.end()) continue;
      EXPECT_GE(their->second, *earliest) << text;
      EXPECT_LE(their->second, *latest) << text;
    }
  }
};

TEST_P(SystemdTimestamps, AreReadAlike) {
  if (const auto why = test::systemd_analyze_unavailable()) GTEST_SKIP() << *why;
  const ScopedTimeZone zone(GetParam());

  expect_read_alike(kTimestamps);
}

// One at a time: mktime(3), and with it systemd, reads a time that occurs twice by the zone offset
// of the time before.
TEST_P(SystemdTimestamps, AreReadAlikeWhereTheClocksChange) {
  if (const auto why = test::systemd_analyze_unavailable()) GTEST_SKIP() << *why;
  const ScopedTimeZone zone(GetParam());

  for (const std::string& text : kClockChanges)
    expect_read_alike({text});
}

INSTANTIATE_TEST_SUITE_P(Zones,
                         SystemdTimestamps,
                         testing::Values("UTC",
                                         "Europe/Berlin",
                                         "America/New_York",
                                         "America/Los_Angeles",
                                         "Australia/Lord_Howe",
                                         "Pacific/Apia",
                                         "Pacific/Auckland",
                                         "Asia/Kolkata",
                                         "<+0330>-3:30<+0430>,J79/24,J263/24"));

}  // namespace
}  // namespace logq::base
