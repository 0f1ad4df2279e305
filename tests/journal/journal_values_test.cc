// Fields and distinct values over all files of a Journal.
#include <algorithm>
#include <sstream>

#include <gtest/gtest.h>

#include "journal/reader_support.h"
#include "journal/writer_support.h"

namespace logq::journal::test {
namespace {

using logq::test::TempDir;

class JournalValues : public testing::Test {
 protected:
  void add_file(const std::string& name, const std::vector<Fields>& entries) {
    auto writer = FileWriter::create(directory_.path() + "/" + name, small_file());
    ASSERT_TRUE(writer);
    std::uint64_t n = 0;
    for (const Fields& fields : entries)
      ASSERT_TRUE((*writer)->append(moment(n++), views(fields)));
    ASSERT_TRUE((*writer)->close());
  }
  std::vector<std::string> values(std::string_view field) {
    std::vector<std::string> all;
    auto journal = Journal::open_directory(directory_.path());
    (*journal)->for_each_unique_value(field, [&all](std::string_view payload) {
      all.emplace_back(payload);
      return true;
    });
    return all;
  }

  TempDir directory_;
};

TEST_F(JournalValues, ComeOnceThoughSeveralFilesHaveThem) {
  add_file("a.journal", {{"A=1"}, {"A=2"}, {"B=1"}});
  add_file("b.journal", {{"A=2"}, {"A=3"}, {"A="}});
  add_file("c.journal", {{"A=1"}, {"AA=9"}, {"A=3"}});

  auto all = values("A");
  std::sort(all.begin(), all.end());

  EXPECT_EQ(all, (Fields{"A=", "A=1", "A=2", "A=3"}));
  EXPECT_TRUE(values("NONE").empty());
}

TEST_F(JournalValues, StopWhenAskedTo) {
  add_file("a.journal", {{"A=1"}, {"A=2"}});
  add_file("b.journal", {{"A=3"}});
  auto journal = Journal::open_directory(directory_.path());
  int calls = 0;

  (*journal)->for_each_unique_value("A", [&calls](std::string_view) { return ++calls < 2; });

  EXPECT_EQ(calls, 2);
}

TEST_F(JournalValues, IncludeCompressedOnes) {
  const std::string text = "A=" + std::string(5000, 'x');
  add_file("a.journal", {{text}});
  add_file("b.journal", {{text}, {text + "y"}});

  EXPECT_EQ(values("A").size(), 2U);
}

TEST_F(JournalValues, FieldsComeSortedAndOnce) {
  add_file("a.journal", {{"C=1", "A=1"}, {"B=1"}});
  add_file("b.journal", {{"A=1", "D=1"}});
  auto journal = Journal::open_directory(directory_.path());
  Fields names;

  (*journal)->for_each_field([&names](std::string_view name) {
    names.emplace_back(name);
    return names.size() < 3;
  });

  EXPECT_EQ(names, (Fields{"A", "B", "C"}));
}

TEST_F(JournalValues, AreThoseOfJournalctl) {
  if (!logq::test::journalctl_installed()) GTEST_SKIP() << logq::test::kNoJournalctl;
  for (std::uint64_t file = 0; file < 3; ++file) {
    std::vector<Fields> entries;
    for (std::uint64_t i = 0; i < 300; ++i)
      entries.push_back(service_entry(file * 150 + i));
    add_file("f" + std::to_string(file) + ".journal", entries);
  }
  std::string ours;
  for (const std::string& payload : values("REQUEST_ID"))
    ours += payload.substr(payload.find('=') + 1) + "\n";

  const auto sorted = [](std::string text) {
    std::vector<std::string> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);)
      lines.push_back(line);
    std::sort(lines.begin(), lines.end());
    return lines;
  };
  EXPECT_EQ(sorted(ours),
            sorted(logq::test::journalctl({"-D", directory_.path(), "-F", "REQUEST_ID"}).out));
  EXPECT_EQ(sorted(ours).size(), 600U);
}

}  // namespace
}  // namespace logq::journal::test
