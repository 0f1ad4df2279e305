#include "collect/flushed_directory.h"

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/child_process.h"
#include "support/temp_dir.h"

namespace logq::collect {
namespace {

namespace fs = std::filesystem;

class FlushedDirectory : public ::testing::Test {
 protected:
  FlushedDirectory() { fs::create_directory(path()); }
  [[nodiscard]] std::string path() const { return directory_.path() + "/journal"; }
  void add(const std::string& name) const { test::write_text_file(path() + "/" + name, name); }
  void flush() {
    ASSERT_TRUE(rename_flushed(path()).has_value());
    remove_flushed(path(), [this](const std::string& line) { said_.push_back(line); });
  }
  [[nodiscard]] std::set<std::string> left() const {
    std::set<std::string> names;
    for (const auto& entry : fs::recursive_directory_iterator(directory_.path()))
      names.insert(fs::relative(entry.path(), directory_.path()).string());
    return names;
  }

  test::TempDir directory_;
  std::vector<std::string> said_;
};

// With what a writer has made ahead, or was just making.
TEST_F(FlushedDirectory, IsGoneWhenOnlyAJournalWasInIt) {
  for (const char* name :
       {"system.journal", "user-1000.journal", "system.journal.next", "system.journal.new",
        "system@0000000000000000000000000000000a-0000000000000001-0000000000000002.journal",
        "logqd.lock"}) {
    add(name);
  }
  flush();

  EXPECT_EQ(left(), std::set<std::string>{});
  EXPECT_TRUE(said_.empty());
}

TEST_F(FlushedDirectory, GivesBackWhatIsNotOurs) {
  add("system.journal");
  add("notes.txt");
  flush();

  EXPECT_EQ(left(), (std::set<std::string>{"journal", "journal/notes.txt"}));
  EXPECT_TRUE(said_.empty());
}

}  // namespace
}  // namespace logq::collect
