// What logq answers to the completion scripts of shells.
#include <string>

#include <gtest/gtest.h>

#include "written_journal.h"

namespace logq::test {
namespace {

std::string completed(const WrittenJournal& journal, const std::string& word) {
  const CommandResult result = journal.logq({"--complete-match=" + word});
  EXPECT_EQ(result.status, 0) << result.err;
  return result.out;
}

TEST(MatchCompletion, ListsNamesThatBeginSo) {
  WrittenJournal journal;
  journal.append_fields(1, {"MESSAGE=a", "FOO=1", "FOOL=2", "BAR=3"});

  EXPECT_EQ(completed(journal, "FO"), "FOO\nFOOL\n");
  EXPECT_EQ(completed(journal, ""), "BAR\nFOO\nFOOL\nMESSAGE\n_BOOT_ID\n");
  EXPECT_EQ(completed(journal, "X"), "");
}

TEST(MatchCompletion, ListsValuesThatBeginSo) {
  WrittenJournal journal;
  journal.append_fields(1, {"FOO=one"});
  journal.append_fields(1, {"FOO=two words"});
  journal.append_fields(1, {"FOO=a=b"});

  EXPECT_EQ(completed(journal, "FOO=t"), "two words\n");
  EXPECT_EQ(completed(journal, "FOO=a="), "a=b\n");
  EXPECT_EQ(completed(journal, "FOO=three"), "");
}

TEST(MatchCompletion, LeavesOutWhatCannotBeTypedOrWouldCommandTheTerminal) {
  WrittenJournal journal;
  for (const char* const value :
       {"FOO=good", "FOO=two\nlines", "FOO=\x1b[31mred", "FOO=tab\there", "FOO=bad\xff",
        "FOO=c1\xc2\x9bm", "FOO=del\x7f", "FOO=caf\xc3\xa9", "FOO="})
    journal.append_fields(1, {value});
  journal.append_fields(1, {"FOO=" + std::string(257, 'x')});

  const std::string out = completed(journal, "FOO=");

  EXPECT_TRUE(out == "good\ncaf\xc3\xa9\n" || out == "caf\xc3\xa9\ngood\n") << out;
}

TEST(MatchCompletion, OfWhatIsNoFieldIsEmpty) {
  WrittenJournal journal;
  journal.append("a");

  EXPECT_EQ(completed(journal, "lower="), "");
  EXPECT_EQ(completed(journal, "=x"), "");
  EXPECT_EQ(completed(journal, "MISSING="), "");
}

TEST(MatchCompletion, ListsAThousandUnlessToldOtherwise) {
  WrittenJournal journal;
  for (int i = 0; i < 1500; ++i)
    journal.append_fields(1, {"FOO=" + std::to_string(i)});

  const std::string out = completed(journal, "FOO=");

  EXPECT_EQ(std::count(out.begin(), out.end(), '\n'), 1000);
  EXPECT_EQ(completed(journal, "FOO=1499"), "1499\n");
  const std::string two = journal.logq({"--complete-match=FOO=", "-n", "2"}).out;
  EXPECT_EQ(std::count(two.begin(), two.end(), '\n'), 2);
}

TEST(MatchCompletion, IsNotAmongTheOptionsOfHelp) {
  const WrittenJournal journal;

  EXPECT_EQ(journal.logq({"--help=all"}).out.find("complete-match"), std::string::npos);
}

}  // namespace
}  // namespace logq::test
