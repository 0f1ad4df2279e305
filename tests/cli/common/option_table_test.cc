#include "common/option_table.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace logq::cli {
namespace {

constexpr OptionSpec kSpecs[] = {
    {'u', "unit", Argument::kRequired, "UNIT", "Of this unit"},
    {'q', "quiet", Argument::kNone, "", "No remarks"},
    {'h', "help", Argument::kOptionalOfLong, "all", "This text"},
    {0, "vacuum-size", Argument::kRequired, "BYTES", "Less"},
    {0, "vacuum-time", Argument::kRequired, "TIME", "Later"},
    {0, "secret", Argument::kNone, "", "Not shown", nullptr, nullptr},
};

// Names of the options with their values, or what is wrong.
std::string scanned(std::vector<std::string> words) {
  words.insert(words.begin(), "program");
  std::vector<char*> argv;
  for (std::string& word : words)
    argv.push_back(word.data());
  argv.push_back(nullptr);
  const auto line = scan_command_line(kSpecs, static_cast<int>(words.size()), argv.data());
  if (!line) return line.error().message;
  std::string text;
  for (const ParsedOption& option : line->options) {
    text += std::string(kSpecs[option.index].long_name);
    if (option.value) text += "=" + std::string(*option.value);
    text += " ";
  }
  return text;
}

TEST(OptionTable, SuggestsWhatAnUnknownOptionMayBeASlipOf) {
  EXPECT_EQ(scanned({"--uint"}), "unknown option --uint; did you mean --unit?");
  EXPECT_EQ(scanned({"--uint=a"}), "unknown option --uint=a; did you mean --unit?");
  EXPECT_EQ(scanned({"--Quiet"}), "unknown option --Quiet; did you mean --quiet?");
  EXPECT_EQ(scanned({"--vacum-siez=1"}),
            "unknown option --vacum-siez=1; did you mean --vacuum-size?");
}

TEST(OptionTable, SuggestsNothingWhereNothingIsNear) {
  EXPECT_EQ(scanned({"--wrong"}), "unknown option --wrong");
  EXPECT_EQ(scanned({"-z"}), "unknown option -z");
}

TEST(OptionTable, SuggestsNothingThatHelpIsSilentAbout) {
  EXPECT_EQ(scanned({"--secert"}), "unknown option --secert");
}

TEST(OptionTable, ListsWhatAnAbbreviationMayMean) {
  EXPECT_EQ(scanned({"--vac=1"}), "option --vac=1 is ambiguous: --vacuum-size --vacuum-time");
  EXPECT_EQ(scanned({"--vacuum-s=1"}), "vacuum-size=1 ");
}

TEST(OptionTable, AValueOfTheLongNameOnlyDoesNotSwallowShortOptions) {
  EXPECT_EQ(scanned({"--help=all"}), "help=all ");
  EXPECT_EQ(scanned({"-hq"}), "help quiet ");
  EXPECT_EQ(scanned({"--help", "all"}), "help ");
}

TEST(OptionTable, DescribesAnOptionOnOneLine) {
  EXPECT_EQ(describe_option(kSpecs[0], 15), "  -u --unit=UNIT Of this unit\n");
  EXPECT_EQ(describe_option(kSpecs[0], 20), "  -u --unit=UNIT    Of this unit\n");
  EXPECT_EQ(describe_option(kSpecs[2], 0), "  -h --help[=all] This text\n");
}

}  // namespace
}  // namespace logq::cli
