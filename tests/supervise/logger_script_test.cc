#include "supervise/logger_script.h"

#include <initializer_list>

#include <gtest/gtest.h>

namespace logq::supervise {
namespace {

LoggerScript script_of(std::initializer_list<const char*> words) {
  LoggerScript script;
  for (const char* word : words)
    EXPECT_EQ(script.add(word), std::nullopt) << word;
  return script;
}

bool stores(const LoggerScript& script, std::string_view line) {
  LoggerScript::Verdict verdict;
  script.judge(line, verdict);
  return verdict.stored;
}

TEST(LoggerScript, StoresEveryLineUnlessItIsUnselected) {
  EXPECT_TRUE(stores(script_of({}), "x"));
  EXPECT_TRUE(stores(script_of({"t", "s4096", "n3", "./main"}), "x"));
  EXPECT_FALSE(stores(script_of({"-*"}), "x"));
  EXPECT_TRUE(stores(script_of({"-*", "+fatal*"}), "fatal: y"));
}

TEST(LoggerScript, StoresWhatAnyDirectoryWouldHaveGot) {
  const LoggerScript script = script_of({"-debug*", "./all", "-*", "+fatal*", "./fatal"});

  EXPECT_TRUE(stores(script, "started"));
  EXPECT_TRUE(stores(script, "fatal: y"));
  EXPECT_FALSE(stores(script, "debug: z"));
}

TEST(LoggerScript, ShowsAndKeepsOnlyWhatIsSelectedThere) {
  const LoggerScript script = script_of({"e", "-*", "+STAT*", "=status", "e"});
  LoggerScript::Verdict verdict;

  script.judge("other", verdict);
  EXPECT_EQ(verdict.times_shown, 1);
  EXPECT_TRUE(verdict.kept_status.empty());

  script.judge("STAT 1", verdict);
  EXPECT_EQ(verdict.times_shown, 2);
  EXPECT_EQ(verdict.kept_status, std::vector<std::size_t>{0});
  EXPECT_EQ(script.status_files(), std::vector<std::string>{"status"});
}

TEST(LoggerScript, KnowsTheLimitsAndWhatElseIsAboutFiles) {
  const LoggerScript script = script_of({"t", "s1000000", "n1", "S5000000", "!gzip", "./main"});

  EXPECT_EQ(script.limits().file_bytes, 1'000'000U);
  EXPECT_EQ(script.limits().files, 2U);  // multilog's least
  EXPECT_EQ(script.limits().total_bytes, 5'000'000U);
  EXPECT_TRUE(script.stamps_lines());
  EXPECT_EQ(script.storage_words().size(), 5U);
}

TEST(LoggerScript, RefusesWhatMultilogWouldSilentlyPassOver) {
  LoggerScript script;
  EXPECT_EQ(script.add("bogus"), "unknown action 'bogus'");
  EXPECT_EQ(script.add("ee"), "unknown action 'ee'");
  EXPECT_EQ(script.add(""), "unknown action ''");
  EXPECT_EQ(script.add("="), "action = without a file");
  EXPECT_EQ(script.add("t"), "action t must be the first");
  EXPECT_EQ(script.add("s0"), "bad number in 's0'");
  EXPECT_EQ(script.add("n99999999999999999999"), "bad number in 'n99999999999999999999'");
}

TEST(LoggerScript, BeginsWithNothingThatCouldBeAProgramsPath) {
  for (const char* word : {"t", "e", "s99", "n3", "S9", "+*", "-x", "=f", "!gzip"})
    EXPECT_TRUE(LoggerScript::begins_with(word)) << word;
  for (const char* word :
       {"", "./main", "/bin/sh", "echo", "tee", "sh", "nice", "s9x", "n", "make"})
    EXPECT_FALSE(LoggerScript::begins_with(word)) << word;
}

}  // namespace
}  // namespace logq::supervise
