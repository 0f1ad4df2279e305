#include "journal/directory.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "support/temp_dir.h"

namespace logq::test {
namespace {

using journal::DirectoryWatch;

constexpr const char* kMachine = "0123456789abcdef0123456789abcdef";

std::vector<std::pair<DirectoryWatch::Event::Kind, std::string>> read(DirectoryWatch& watch) {
  std::vector<std::pair<DirectoryWatch::Event::Kind, std::string>> events;
  EXPECT_TRUE(watch.read_events([&events](const DirectoryWatch::Event& event) {
    if (!events.empty() && events.back() == std::pair(event.kind, event.name)) return;
    events.emplace_back(event.kind, event.name);
  }));
  return events;
}

TEST(Directory, KnowsTheNamesOfJournals) {
  EXPECT_TRUE(journal::is_journal_name("system.journal"));
  EXPECT_TRUE(journal::is_journal_name("system@0001-02.journal~"));
  EXPECT_FALSE(journal::is_journal_name("system.journal.tmp"));
  EXPECT_FALSE(journal::is_journal_name("fss"));
}

TEST(Directory, IncludesSubdirectoriesNamedByAMachine) {
  const TempDir directory;
  std::filesystem::create_directory(directory.path() + "/" + kMachine);
  std::filesystem::create_directory(directory.path() + "/remote");
  std::ofstream(directory.path() + "/fedcba9876543210fedcba9876543210") << "a file";

  const auto found = journal::journal_directories(directory.path());

  ASSERT_TRUE(found);
  EXPECT_EQ(*found,
            (std::vector<std::string>{directory.path(), directory.path() + "/" + kMachine}));
}

TEST(Directory, ListsJournalsOnly) {
  const TempDir directory;
  for (const char* name : {"/b.journal", "/a.journal~", "/c.txt"}) {
    std::ofstream(directory.path() + name) << "x";
  }

  const auto found = journal::journal_files(directory.path());

  ASSERT_TRUE(found);
  EXPECT_EQ(*found, (std::vector<std::string>{directory.path() + "/a.journal~",
                                              directory.path() + "/b.journal"}));
}

TEST(DirectoryWatch, TellsOfARenameAsGoneAndChanged) {
  using Kind = DirectoryWatch::Event::Kind;
  const TempDir directory;
  std::ofstream(directory.path() + "/a.journal") << "x";
  auto watch = DirectoryWatch::create();
  ASSERT_TRUE(watch);
  ASSERT_TRUE(watch->add(directory.path()));
  EXPECT_TRUE(read(*watch).empty());

  std::filesystem::rename(directory.path() + "/a.journal", directory.path() + "/b.journal");

  const std::vector<std::pair<Kind, std::string>> expected{{Kind::kGone, "a.journal"},
                                                           {Kind::kChanged, "b.journal"}};
  EXPECT_EQ(read(*watch), expected);
}

TEST(DirectoryWatch, TellsOfANewSubdirectory) {
  const TempDir directory;
  auto watch = DirectoryWatch::create();
  ASSERT_TRUE(watch);
  ASSERT_TRUE(watch->add(directory.path()));

  std::filesystem::create_directory(directory.path() + "/" + kMachine);

  const auto events = read(*watch);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].first, DirectoryWatch::Event::Kind::kDirectory);
}

TEST(DirectoryWatch, SaysWhyADirectoryCannotBeWatched) {
  auto watch = DirectoryWatch::create();
  ASSERT_TRUE(watch);

  const auto added = watch->add("/nonexistent/directory");

  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().sys_errno, ENOENT);
}

}  // namespace
}  // namespace logq::test
