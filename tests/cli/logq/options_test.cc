#include "logq/options/options.h"

#include <gtest/gtest.h>

#include "command_line.h"

namespace logq::cli {
namespace {

TEST(Options, NothingMeansEverythingInShortForm) {
  const auto options = parsed({});

  ASSERT_TRUE(options.has_value());
  EXPECT_EQ(options->display.mode, query::OutputMode::kShort);
  EXPECT_FALSE(options->display.lines.has_value());
  EXPECT_TRUE(options->filter.units.empty() && options->filter.terms.empty());
}

TEST(Options, ShortAndLongFormsAndAbbreviationsAreTheSame) {
  for (const std::vector<std::string>& form : std::vector<std::vector<std::string>>{
           {"-u", "a"}, {"-ua"}, {"--unit", "a"}, {"--unit=a"}, {"--uni=a"}}) {
    const auto options = parsed(form);
    ASSERT_TRUE(options.has_value()) << form.front();
    EXPECT_EQ(options->filter.units, std::vector<std::string>{"a"}) << form.front();
  }
}

TEST(Options, LinesTakesTheNextWordWhenItIsANumber) {
  EXPECT_EQ(parsed({"-n", "5"})->display.lines, 5U);
  EXPECT_EQ(parsed({"-n5"})->display.lines, 5U);
  EXPECT_EQ(parsed({"--lines=5"})->display.lines, 5U);
  EXPECT_EQ(parsed({"-n"})->display.lines, 10U);
  EXPECT_EQ(parsed({"-n", "A=1"})->display.lines, 10U);
  EXPECT_EQ(parsed({"-n", "A=1"})->filter.terms, std::vector<std::string>{"A=1"});
  EXPECT_FALSE(parsed({"-n", "all"})->display.lines.has_value());
}

TEST(Options, TermsMayStandAnywhere) {
  const auto options = parsed({"A=1", "-r", "+", "B=2", "-q"});

  ASSERT_TRUE(options.has_value());
  EXPECT_TRUE(options->display.reverse);
  EXPECT_EQ(options->filter.terms, (std::vector<std::string>{"A=1", "+", "B=2"}));
}

TEST(Options, FormatsForProgramsAreQuiet) {
  EXPECT_FALSE(parsed({"-o", "short"})->display.quiet);
  for (const char* const format : {"cat", "json", "export"})
    EXPECT_TRUE(parsed({"-o", format})->display.quiet) << format;
}

TEST(Options, APatternThatMatchesNoFileStaysAsAName) {
  EXPECT_EQ(parsed({"--file=/nonexistent/*.journal"})->source.files,
            std::vector<std::string>{"/nonexistent/*.journal"});
}

TEST(Options, RefusalsNameWhatIsWrong) {
  EXPECT_EQ(refused({"--badopt"}), "unknown option --badopt");
  EXPECT_EQ(refused({"--badopt=5"}), "unknown option --badopt=5");
  EXPECT_EQ(refused({"-Z"}), "unknown option -Z");
  EXPECT_EQ(refused({"-n", "-5"}), "unknown option -5");
  EXPECT_EQ(refused({"--vac"}),
            "option --vac is ambiguous: --vacuum-size --vacuum-files --vacuum-time");
  EXPECT_EQ(refused({"--rev=5"}), "option --reverse takes no argument");
  EXPECT_EQ(refused({"--user=5"}), "option --user takes no argument");
  EXPECT_EQ(refused({"-u"}), "option -u requires an argument");
  EXPECT_EQ(refused({"-o", "nope"}), "unknown output format: nope");
  EXPECT_EQ(refused({"-p", "9"}), "-p 9: unknown log level");
  EXPECT_EQ(refused({"--lines=x"}), "not a number of lines: x");
  EXPECT_EQ(refused({"FOO"}), "Failed to add match 'FOO': Invalid argument");
}

TEST(Options, BootTakesTheNextWordWhenItNamesABoot) {
  EXPECT_EQ(parsed({"-b"})->range.boot, "");
  EXPECT_EQ(parsed({"-b", "-1"})->range.boot, "-1");
  EXPECT_EQ(parsed({"-b-1"})->range.boot, "-1");
  EXPECT_EQ(parsed({"-b", "A=1"})->range.boot, "");
  EXPECT_EQ(parsed({"-b", "A=1"})->filter.terms, std::vector<std::string>{"A=1"});
  EXPECT_EQ(parsed({"--boot=all"})->range.boot, "all");
  EXPECT_EQ(parsed({"--this-boot"})->range.boot, "");
  EXPECT_NE(refused({"--boot=what"}), "accepted");
}

TEST(Options, NumbersOfLinesMayCountFromTheHead) {
  const auto options = parsed({"-n", "+5"});

  EXPECT_EQ(options->display.lines, 5U);
  EXPECT_TRUE(options->display.lines_from_head);
  EXPECT_FALSE(parsed({"-n", "+5", "-n", "3"})->display.lines_from_head);
}

TEST(Options, TheLastOfAContradictionCounts) {
  EXPECT_FALSE(parsed({"-l", "--no-full"})->display.format.full);
  EXPECT_TRUE(parsed({"--no-full", "-l"})->display.format.full);
  EXPECT_EQ(parsed({"-p", "3", "-p", "6"})->filter.priorities->least_severe, 6);
}

TEST(Options, AMisspeltFormatGetsASuggestion) {
  EXPECT_EQ(refused({"-o", "jsno"}), "unknown output format: jsno; did you mean json?");
  EXPECT_EQ(refused({"-o", "short_iso"}),
            "unknown output format: short_iso; did you mean short-iso?");
  EXPECT_EQ(refused({"--sicne=today"}), "unknown option --sicne=today; did you mean --since?");
}

TEST(Options, HelpHasTwoLengths) {
  EXPECT_EQ(parsed({"-h"})->command, Command::kHelp);
  EXPECT_EQ(parsed({"--help"})->command, Command::kHelp);
  EXPECT_EQ(parsed({"--help=all"})->command, Command::kHelpAll);
  EXPECT_EQ(parsed({"-hq"})->command, Command::kHelp);
  EXPECT_EQ(refused({"--help=some"}), "--help= knows \"all\" only: some");
}

TEST(Options, ShortHelpFitsOnAScreen) {
  const std::string help = help_text();

  std::size_t lines = 0;
  for (std::size_t begin = 0; begin < help.size(); ++lines) {
    const std::size_t end = help.find('\n', begin);
    EXPECT_LE(end - begin, 80U) << help.substr(begin, end - begin);
    begin = end + 1;
  }
  EXPECT_LE(lines, 24U);
  EXPECT_TRUE(help.ends_with("\n"));
}

TEST(Options, ShortHelpNamesWhatIsUsedDailyAndWhereTheRestIs) {
  const std::string help = help_text();

  for (const char* const name : {"-u ", "-t ", "-b ", "-S ", "-U ", "-p ", "-g ", "--where=", "-k ",
                                 "-f ", "-n ", "-r ", "-o ", "-x ", "-a ", "--no-pager"})
    EXPECT_NE(help.find(name), std::string::npos) << name;
  for (const char* const name : {"FIELD=VALUE", "--help=all", "man logq"})
    EXPECT_NE(help.find(name), std::string::npos) << name;
  EXPECT_EQ(help.find("--vacuum-size"), std::string::npos);
}

TEST(Options, FullHelpListsEveryOptionOnce) {
  const std::string help = full_help_text();

  for (const char* const name :
       {"--unit=", "--identifier=", "--priority=", "--lines[=", "--reverse", "--follow", "--quiet",
        "--no-pager", "--output=", "--directory=", "--file=", "--runtime-dir="})
    EXPECT_EQ(help.find(name), help.rfind(name)) << name;
}

}  // namespace
}  // namespace logq::cli
