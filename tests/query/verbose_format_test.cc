#include "query/verbose_format.h"

#include <gtest/gtest.h>

#include "query/sample_entry.h"

namespace logq::test {
namespace {

using query::FormatOptions;
using query::OutputMode;

constexpr std::string_view kHead =
    "Tue 2023-11-14 22:13:20.000000 UTC [s=98f13c7e48d14efdb325a22fe98af9cc;i=30;"
    "b=11111111111111111111111111111111;m=4c4b40;t=60a24181e4000;x=aa71]\n";

std::string fields_of(const std::vector<std::string_view>& payloads, FormatOptions options = {}) {
  const std::string text = formatted(OutputMode::kVerbose, payloads, options);
  EXPECT_TRUE(text.starts_with(kHead)) << text;
  return text.substr(kHead.size());
}

TEST(VerboseFormat, PrintsEveryFieldInStoredOrder) {
  EXPECT_EQ(fields_of({"PRIORITY=6", "MESSAGE=m", "A="}),
            "    PRIORITY=6\n    MESSAGE=m\n    A=\n");
}

TEST(VerboseFormat, IndentsFurtherLinesToTheValue) {
  EXPECT_EQ(fields_of({"MESSAGE=one\ntwo"}), "    MESSAGE=one\n            two\n");
}

TEST(VerboseFormat, TellsTheSizeOfWhatIsNotText) {
  EXPECT_EQ(fields_of({"A=\x01\x02"}), "    A=[2B blob data]\n");
  EXPECT_EQ(fields_of({"A=\x01\x02"}, {.show_all = true}), "    A=\x01\x02\n");
}

TEST(VerboseFormat, TellsTheSizeOfALongFieldUnlessItIsToBeFull) {
  const std::string field = "A=" + std::string(298, 'x');

  EXPECT_EQ(fields_of({field}, {.full = false}), "    A=[298B blob data]\n");
  EXPECT_EQ(fields_of({field}), "    " + field + "\n");
}

TEST(VerboseFormat, ShowsTheTimeOfTheSource) {
  const std::string text =
      formatted(OutputMode::kVerbose, {"_SOURCE_REALTIME_TIMESTAMP=1600000000123456"});

  EXPECT_TRUE(text.starts_with("Sun 2020-09-13 12:26:40.123456 UTC [s=")) << text;
}

TEST(VerboseFormat, ShowsTheFieldsAskedForOnly) {
  EXPECT_EQ(fields_of({"A=1", "B=2", "_BOOT_ID=x"}, {.output_fields = {"B"}}), "    B=2\n");
}

TEST(VerboseFormat, ColoursTimeCursorMessageAndTrustedFields) {
  const std::string text =
      formatted(OutputMode::kVerbose, {"MESSAGE=m", "_PID=1", "A=1"}, {.colours = true});

  EXPECT_TRUE(
      text.starts_with("\x1b[0;4mTue 2023-11-14 22:13:20.000000 UTC\x1b[0m "
                       "\x1b[0;38;5;245m[s=98f1"))
      << text;
  EXPECT_TRUE(
      text.ends_with("x=aa71]\x1b[0m\n    \x1b[0;1;39mMESSAGE=m\n\x1b[0m"
                     "    \x1b[0;32m_PID=1\n\x1b[0m    A=1\n"))
      << text;
}

TEST(VerboseFormat, LetsNoFieldNameForgeALine) {
  EXPECT_EQ(fields_of({"A\nB=x", "=x", "none"}), "");
}

}  // namespace
}  // namespace logq::test
