#include "logq_run/options.h"

#include <gtest/gtest.h>

namespace logq::cli {
namespace {

Options parse(Applet applet, std::vector<std::string> words) {
  words.insert(words.begin(), "logq");
  std::vector<char*> argv;
  for (std::string& word : words)
    argv.push_back(word.data());
  argv.push_back(nullptr);
  return parse_options(applet, static_cast<int>(words.size()), argv.data());
}

TEST(RunOptions, EndWhereTheProgramBegins) {
  const Options options = parse(Applet::kRun, {"-u", "hello", "ls", "-u", "x", "--exec"});

  EXPECT_EQ(options.complaint, "");
  EXPECT_EQ(options.stream.unit, "hello.service");
  EXPECT_EQ(options.program, (std::vector<std::string>{"ls", "-u", "x", "--exec"}));
  EXPECT_FALSE(options.exec_in_place);
}

TEST(RunOptions, AreAllUnderstood) {
  const Options options = parse(
      Applet::kRun, {"--unit=a.service", "-t", "id", "-p", "err", "--stderr-priority=2",
                     "--level-prefix=no", "--description=A b", "--exec", "--wait=5", "--", "-odd"});

  EXPECT_EQ(options.complaint, "");
  EXPECT_EQ(options.stream.identifier, "id");
  EXPECT_EQ(options.stream.level, 3);
  EXPECT_EQ(options.stream.stderr_level, 2);
  EXPECT_FALSE(options.stream.level_prefix);
  EXPECT_EQ(options.description, "A b");
  EXPECT_TRUE(options.exec_in_place);
  EXPECT_EQ(options.wait, std::chrono::seconds(5));
  EXPECT_EQ(options.program, (std::vector<std::string>{"-odd"}));
}

TEST(RunOptions, UsageErrorsAreNamed) {
  EXPECT_EQ(parse(Applet::kRun, {"ls"}).complaint, "option -u UNIT is required");
  EXPECT_EQ(parse(Applet::kRun, {"-u", "a"}).complaint, "no program given");
  EXPECT_EQ(parse(Applet::kRun, {"-u"}).complaint, "option -u requires an argument");
  EXPECT_EQ(parse(Applet::kRun, {"-x"}).complaint, "unknown option -x");
  EXPECT_EQ(parse(Applet::kRun, {"--wrong"}).complaint, "unknown option --wrong");
  EXPECT_EQ(parse(Applet::kRun, {"-u", "a", "-p", "loud", "ls"}).complaint,
            "bad value of --priority: 'loud'");
  EXPECT_EQ(parse(Applet::kRun, {"-u", "a", "--wait=-1", "ls"}).complaint,
            "bad value of --wait: '-1'");
  EXPECT_EQ(parse(Applet::kRun, {"-u", "a*", "ls"}).complaint, "not a unit name: 'a*'");
  for (const char* bad : {"", "-", "o", "z5", "o5k", "-o-5"}) {
    EXPECT_EQ(parse(Applet::kRun, {"-u", "a", std::string("--softlimit=") + bad, "ls"}).complaint,
              std::string("bad value of --softlimit: '") + bad + "'");
  }
  EXPECT_EQ(parse(Applet::kRun, {"-u", "a", "--exec", "--softlimit=o5", "ls"}).complaint,
            "--exec starts the program as it is: no settings");
  for (const char* bad : {"", "2", "-3", "3x"}) {
    EXPECT_EQ(parse(Applet::kRun, {"-u", "a", std::string("--ready-fd=") + bad, "ls"}).complaint,
              std::string("bad value of --ready-fd: '") + bad + "'");
  }
  EXPECT_EQ(parse(Applet::kRun, {"--ready-fd=3", "a.tree"}).complaint,
            "--listen, --lazy and --ready-fd are for a service");
  EXPECT_EQ(parse(Applet::kRun, {"-u", "a", "--accept", "ls"}).complaint,
            "--accept is for a program with --listen");
  EXPECT_EQ(parse(Applet::kRun, {"--accept", "a.socket"}).complaint,
            "--accept is for a program; a .socket says Accept=yes itself");
  EXPECT_NE(parse(Applet::kCat, {"--exec"}).complaint, "");
}

TEST(CatOptions, NeedNeitherUnitNorProgram) {
  const Options options = parse(Applet::kCat, {"-p", "4"});

  EXPECT_EQ(options.complaint, "");
  EXPECT_EQ(options.stream.level, 4);
  EXPECT_EQ(options.stream.unit, "");
}

TEST(CatOptions, WhatBeginsWithAnActionIsAScriptAndElseAProgram) {
  const Options script = parse(Applet::kCat, {"-t", "x", "t", "-*", "+* fatal: *", "./main"});
  EXPECT_EQ(script.complaint, "");
  EXPECT_TRUE(script.program.empty());
  EXPECT_TRUE(script.cat.script.stamps_lines());
  EXPECT_EQ(script.cat.script.storage_words(), std::vector<std::string>{"./main"});

  for (const char* program : {"./main", "/bin/t", "echo", "tee", "e2"}) {
    const Options options = parse(Applet::kCat, {program, "t", "-x"});
    EXPECT_EQ(options.program, (std::vector<std::string>{program, "t", "-x"}));
  }
  EXPECT_EQ(parse(Applet::kCat, {"--", "t", "e"}).program, (std::vector<std::string>{"t", "e"}));
  // Here the dashes are the identifier.
  EXPECT_TRUE(parse(Applet::kCat, {"-t", "--", "t", "e"}).program.empty());
}

TEST(CatOptions, WithADirectoryEveryWordIsAnAction) {
  const Options options = parse(Applet::kCat, {"-D", "main", "--", "-*", "+x*", "s4096", "./main"});

  EXPECT_EQ(options.complaint, "");
  EXPECT_EQ(options.cat.directory, "main");
  EXPECT_EQ(options.cat.script.limits().file_bytes, 4096U);
  EXPECT_TRUE(parse(Applet::kCat, {"-D", "main", "echo"}).is_bad_script);
}

TEST(CatOptions, ABadScriptIsToldFromABadOption) {
  const Options script = parse(Applet::kCat, {"t", "bogus"});
  EXPECT_EQ(script.complaint, "unknown action 'bogus'");
  EXPECT_TRUE(script.is_bad_script);

  const Options option = parse(Applet::kCat, {"--overflow=spool:0", "t"});
  EXPECT_EQ(option.complaint, "bad value of --overflow: 'spool:0'");
  EXPECT_FALSE(option.is_bad_script);
}

TEST(CatOptions, SayWhichNeedTheirOwnStore) {
  EXPECT_NE(parse(Applet::kCat, {"--binary"}).complaint.find("needs -D"), std::string::npos);
  EXPECT_NE(parse(Applet::kCat, {"--line-max=1K"}).complaint.find("needs -D"), std::string::npos);
  EXPECT_EQ(parse(Applet::kCat, {"-D", "d", "--line-max=0", "--binary"}).complaint, "");
  EXPECT_NE(parse(Applet::kCat, {"-D", "d", "--overflow=drop"}).complaint, "");
  EXPECT_EQ(parse(Applet::kCat, {"-D", "d", "--line-max=78"}).complaint,
            "bad value of --line-max: '78'");
}

TEST(StreamSettings, OnlyTakeWhatFitsAHeaderLine) {
  EXPECT_EQ(parse(Applet::kCat, {"-t", std::string(254, 'a')}).complaint, "");
  EXPECT_NE(parse(Applet::kCat, {"-t", std::string(255, 'a')}).complaint, "");
  EXPECT_NE(parse(Applet::kCat, {"-t", "two\nlines"}).complaint, "");
  EXPECT_NE(parse(Applet::kCat, {"-u", std::string(247, 'a')}).complaint, "");
  EXPECT_EQ(identifier_of("/bin/" + std::string(300, 'a')).size(), 254U);
  EXPECT_EQ(identifier_of("/bin/a\nb"), "a_b");
}

TEST(StreamHeader, CarriesIdentifierUnitAndPriority) {
  const StreamSettings settings{.unit = "a.service",
                                .identifier = "id",
                                .level = {},
                                .stderr_level = {},
                                .level_prefix = true};
  EXPECT_EQ(make_header(settings, 30), "id\na.service\n30\n1\n0\n0\n0\n");
}

}  // namespace
}  // namespace logq::cli
