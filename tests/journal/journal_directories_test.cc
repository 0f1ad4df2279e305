// Several directories as one Journal, and what appears in them while it is followed.
#include <poll.h>

#include <gtest/gtest.h>

#include "journal/reader_support.h"
#include "journal/writer_support.h"
#include "support/child_process.h"

namespace logq::journal::test {
namespace {

using logq::test::TempDir;
namespace fs = std::filesystem;

class JournalDirectories : public testing::Test {
 protected:
  [[nodiscard]] std::string path(const std::string& name) const {
    return root_.path() + "/" + name;
  }
  void add_file(const std::string& name, const std::string& message) {
    auto writer = FileWriter::create(path(name), small_file());
    ASSERT_TRUE(writer);
    const Fields fields{"MESSAGE=" + message};
    ASSERT_TRUE((*writer)->append(moment(++time_), views(fields)));
    ASSERT_TRUE((*writer)->close());
  }
  void open(const std::vector<std::string>& names, FileFilter wants = {}) {
    std::vector<std::string> directories;
    for (const std::string& name : names)
      directories.push_back(path(name));
    auto journal = Journal::open_directories(directories, {}, std::move(wants));
    ASSERT_TRUE(journal);
    journal_ = std::move(*journal);
  }
  std::vector<std::string> rest() {
    std::vector<std::string> messages;
    while (journal_->next())
      messages.emplace_back(journal_->find_value("MESSAGE").value_or(""));
    return messages;
  }
  // Waits for the watch and reads on until there is something.
  std::vector<std::string> follow() {
    std::vector<std::string> messages;
    logq::test::wait_until([&] {
      pollfd watched{*journal_->watch_fd(), POLLIN, 0};
      ::poll(&watched, 1, 100);
      EXPECT_TRUE(journal_->process_changes());
      messages = rest();
      return !messages.empty();
    });
    return messages;
  }

  TempDir root_;
  std::uint64_t time_ = 0;
  std::unique_ptr<Journal> journal_;
};

TEST_F(JournalDirectories, AreReadAsOne) {
  fs::create_directory(path("a"));
  fs::create_directory(path("b"));
  add_file("a/system.journal", "1");
  add_file("b/system.journal", "2");
  add_file("a/user-1000.journal", "3");

  open({"a", "missing", "b"});

  EXPECT_EQ(rest(), (Fields{"1", "2", "3"}));
}

TEST_F(JournalDirectories, MayAllBeMissing) {
  open({"a", "b"});

  EXPECT_TRUE(rest().empty());
  EXPECT_TRUE(journal_->files().empty());
}

TEST_F(JournalDirectories, AreFilteredByPath) {
  fs::create_directory(path("a"));
  add_file("a/system.journal", "1");
  add_file("a/user-1000.journal", "2");
  const FileFilter users = [](std::string_view path) {
    return path.find("/a/user-") != std::string_view::npos;
  };

  open({"a"}, users);
  ASSERT_TRUE(journal_->watch_fd());
  EXPECT_EQ(rest(), Fields{"2"});
  add_file("a/system2.journal", "3");
  add_file("a/user-1001.journal", "4");

  EXPECT_EQ(follow(), Fields{"4"});
}

TEST_F(JournalDirectories, GiveNewFilesInEachOfThem) {
  fs::create_directory(path("a"));
  fs::create_directory(path("b"));
  add_file("a/system.journal", "1");
  open({"a", "b"});
  ASSERT_TRUE(journal_->watch_fd());
  EXPECT_EQ(rest(), Fields{"1"});

  add_file("b/user-7.journal", "2");
  EXPECT_EQ(follow(), Fields{"2"});
  add_file("a/user-8.journal", "3");
  EXPECT_EQ(follow(), Fields{"3"});
}

TEST_F(JournalDirectories, AreNoticedWhenTheyAppearSeveralLevelsDown) {
  fs::create_directory(path("a"));
  open({"a", "run/log/journal"});
  ASSERT_TRUE(journal_->watch_fd());
  EXPECT_TRUE(rest().empty());

  fs::create_directories(path("run/log/journal/0123456789abcdef0123456789abcdef"));
  add_file("run/log/journal/0123456789abcdef0123456789abcdef/system.journal", "1");

  EXPECT_EQ(follow(), Fields{"1"});
}

TEST_F(JournalDirectories, AreNoticedWhenTheyAppearStepByStep) {
  open({"run/log/journal"});
  ASSERT_TRUE(journal_->watch_fd());
  for (const char* step : {"run", "run/log", "run/log/journal"}) {
    fs::create_directory(path(step));
    ASSERT_TRUE(journal_->process_changes());
  }
  add_file("run/log/journal/system.journal", "1");

  EXPECT_EQ(follow(), Fields{"1"});
}

TEST_F(JournalDirectories, ComeBackAfterTheyWereDeleted) {
  fs::create_directory(path("a"));
  add_file("a/system.journal", "1");
  open({"a"});
  ASSERT_TRUE(journal_->watch_fd());
  EXPECT_EQ(rest(), Fields{"1"});

  fs::remove_all(path("a"));
  ASSERT_TRUE(journal_->process_changes());
  fs::create_directory(path("a"));
  add_file("a/system.journal", "2");

  EXPECT_EQ(follow(), Fields{"2"});
}

TEST_F(JournalDirectories, MayContainOneAnother) {
  fs::create_directory(path("a"));
  fs::create_directory(path("a/b"));
  open({"a", "a/b", "a/b/c"});
  ASSERT_TRUE(journal_->watch_fd());
  add_file("a/b/system.journal", "1");
  EXPECT_EQ(follow(), Fields{"1"});

  fs::create_directory(path("a/b/c"));
  add_file("a/b/c/system.journal", "2");

  EXPECT_EQ(follow(), Fields{"2"});
}

TEST_F(JournalDirectories, AnEntryIsWhereItsCursorSays) {
  fs::create_directory(path("a"));
  add_file("a/system.journal", "1");
  add_file("a/user-1000.journal", "2");
  open({"a"});
  ASSERT_TRUE(journal_->next());
  const Cursor first = journal_->cursor();
  Cursor other = first;
  other.xor_hash = *first.xor_hash + 1;
  Cursor time_only;
  time_only.realtime_usec = first.realtime_usec;

  EXPECT_TRUE(journal_->at_cursor(first));
  EXPECT_TRUE(journal_->at_cursor(time_only));
  EXPECT_FALSE(journal_->at_cursor(other));
  ASSERT_TRUE(journal_->next());
  EXPECT_FALSE(journal_->at_cursor(first));
}

}  // namespace
}  // namespace logq::journal::test
