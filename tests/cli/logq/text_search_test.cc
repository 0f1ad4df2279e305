// -g beyond journalctl: several patterns, other fields, inverted.
#include <gtest/gtest.h>

#include "written_journal.h"

namespace logq::test {
namespace {

class TextSearch : public testing::Test {
 protected:
  TextSearch() {
    for (int i = 0; i < 3000; ++i) {
      const std::string number = std::to_string(i);
      std::vector<std::string> fields = {"MESSAGE=event " + number,
                                         "WORKER=w" + std::to_string(i % 7)};
      if (i % 100 == 0) fields.push_back("ERROR=timeout of request " + number);
      if (i % 250 == 0) fields.push_back("ERROR=refused");
      if (i % 1000 == 999) fields.erase(fields.begin());
      journal_.append_fields(1, fields);
      if (i == 1400) journal_.rotate();
    }
  }

  std::string count(std::vector<std::string> arguments) const {
    arguments.emplace_back("--count");
    return journal_.logq(arguments).out;
  }

  WrittenJournal journal_;
};

TEST_F(TextSearch, FindsAnyOfSeveralPatterns) {
  const std::vector<std::string> arguments = {"-q", "-o",    "cat", "-g",       "t 17$",
                                              "-g", "T 18$", "-g",  "event 1.$"};
  const std::string first =
      "event 10\nevent 11\nevent 12\nevent 13\nevent 14\nevent 15\nevent 16\n";
  EXPECT_EQ(journal_.logq(arguments).out, first + "event 17\nevent 18\nevent 19\n");
}

TEST_F(TextSearch, TakesCaseByThePatternThatHasIt) {
  EXPECT_EQ(count({"-g", "EVENT 5$", "-g", "event 6$"}), "1\n");
  EXPECT_EQ(count({"-g", "EVENT 5$", "-g", "event 6$", "--case-sensitive=no"}), "2\n");
}

TEST_F(TextSearch, LooksAtTheFieldsThatAreNamed) {
  EXPECT_EQ(count({"-g", "timeout", "--grep-field=ERROR"}), "30\n");
  EXPECT_EQ(count({"-g", "w3", "--grep-field=WORKER"}), "429\n");
  EXPECT_EQ(count({"-g", "^w3$", "-g", "timeout", "--grep-field=WORKER,ERROR"}), "455\n");
  EXPECT_EQ(count({"-g", "timeout"}), "0\n");
}

TEST_F(TextSearch, LooksAtEveryValueOfANamedField) {
  EXPECT_EQ(count({"-g", "refused", "--grep-field=ERROR"}), "12\n");
  EXPECT_EQ(count({"-g", "timeout", "--grep-field=ERROR", "-g", "refused"}), "36\n");
}

TEST_F(TextSearch, LooksAtAllFields) {
  EXPECT_EQ(count({"-g", "^w3$", "-g", "timeout", "--grep-field=*"}), "455\n");
  EXPECT_EQ(count({"-g", "^WORKER", "--grep-field=*"}), "0\n");
}

TEST_F(TextSearch, InvertedFindsTheOthersAlsoThoseWithoutTheField) {
  EXPECT_EQ(count({"-g", "event", "--invert"}), "3\n");
  EXPECT_EQ(count({"-g", "timeout", "--grep-field=ERROR", "--invert"}), "2970\n");
  EXPECT_EQ(count({"-g", "event 1", "-g", "event 2", "--invert"}), "780\n");
}

TEST_F(TextSearch, ShowsTheSameAsItCounts) {
  for (const std::vector<std::string>& search :
       {std::vector<std::string>{"-g", "w3", "--grep-field=WORKER"},
        {"-g", "[13579]$", "--invert"},
        {"-g", "refused|w1", "--grep-field=*"},
        {"-g", "9$", "-g", "8$"}}) {
    std::vector<std::string> shown = search;
    shown.insert(shown.end(), {"-q", "-o", "json"});
    const std::string out = journal_.logq(shown).out;
    EXPECT_EQ(std::to_string(std::count(out.begin(), out.end(), '\n')) + "\n", count(search));
  }
}

TEST_F(TextSearch, FailsWhenNothingIsFound) {
  EXPECT_EQ(journal_.logq({"-g", "event|.", "-g", "x", "--invert", "-q", "MESSAGE=event 5"}).status,
            1);
}

TEST_F(TextSearch, ABadPatternIsNamed) {
  const CommandResult result = journal_.logq({"-g", "good", "-g", "b[ad"});
  EXPECT_EQ(result.status, 1);
  EXPECT_TRUE(result.err.starts_with("logq: Bad pattern \"b[ad\"")) << result.err;
}

TEST_F(TextSearch, ABadFieldIsRefused) {
  for (const char* const field :
       {"--grep-field=", "--grep-field=lower", "--grep-field=__CURSOR", "--grep-field=A B"}) {
    const CommandResult result = journal_.logq({"-g", "x", field});
    EXPECT_EQ(result.status, 1) << field;
    EXPECT_TRUE(result.err.starts_with("logq: not the name of a field")) << result.err;
  }
  EXPECT_NE(journal_.logq({"--grep-field=A"}).err.find("go with -g"), std::string::npos);
  EXPECT_NE(journal_.logq({"--invert"}).err.find("go with -g"), std::string::npos);
}

}  // namespace
}  // namespace logq::test
