// Following while a writer appends, rotates and deletes: no entry missing, none twice, in order.
#include <poll.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <thread>

#include <gtest/gtest.h>

#include "journal/file_writer.h"
#include "journal/reader_support.h"

namespace logq::test {
namespace {

using journal::FileWriter;
using journal::Journal;
using journal::Match;

constexpr int kHangsMs = 120'000;

// A collector in small: one active file, archived ones, one sequence.
class Collector {
 public:
  explicit Collector(const TempDir& directory) : directory_(directory.path()) { begin_file(); }

  void append(const std::string& message, bool wake = true) {
    ++time_;
    const journal::EntryTime time{kFirstRealtime + time_, time_, *Id128::parse(kBootId)};
    const std::string payload = "MESSAGE=" + message;
    const std::vector<std::string_view> payloads{payload,
                                                 time_ % 2 == 0 ? "SIDE=even" : "SIDE=odd"};
    ASSERT_TRUE(writer_->append(time, payloads));
    writer_->publish();
    if (wake) writer_->wake_followers();
  }

  // Returns the path of the archive.
  std::string rotate() {
    sequence_ = writer_->sequence();
    auto archive = writer_->archive();
    writer_.reset();
    begin_file();
    return archive.value_or("");
  }

  void wake() { writer_->wake_followers(); }

 private:
  void begin_file() {
    journal::WriterOptions options;
    options.max_size_bytes = std::uint64_t{512} << 10;
    options.sequence = sequence_;
    auto writer = FileWriter::create(directory_ + "/system.journal", options);
    ASSERT_TRUE(writer);
    writer_ = std::move(*writer);
  }

  std::string directory_;
  journal::SequencePosition sequence_;
  std::uint64_t time_ = 1000;
  std::unique_ptr<FileWriter> writer_;
};

class Follower {
 public:
  explicit Follower(std::unique_ptr<Journal> journal) : journal_(std::move(journal)) {
    fd_ = journal_->watch_fd().value_or(-1);
  }

  Journal& journal() { return *journal_; }
  [[nodiscard]] const std::vector<std::string>& messages() const { return messages_; }

  // Reads on until `count` messages are there, or nothing happens.
  void read_until(std::size_t count) {
    drain();
    while (messages_.size() < count) {
      pollfd wait{fd_, POLLIN, 0};
      if (::poll(&wait, 1, kHangsMs) <= 0) return;
      ASSERT_TRUE(journal_->process_changes());
      drain();
    }
  }
  void drain() {
    while (journal_->next()) {
      messages_.emplace_back(journal_->find_value("MESSAGE").value_or("unreadable"));
    }
  }

 private:
  std::unique_ptr<Journal> journal_;
  int fd_ = -1;
  std::vector<std::string> messages_;
};

std::vector<std::string> numbered(int first, int end, int step = 1) {
  std::vector<std::string> texts;
  for (int i = first; i < end; i += step)
    texts.push_back(std::to_string(i));
  return texts;
}

std::unique_ptr<Journal> open(const TempDir& directory) {
  auto journal = Journal::open_directory(directory.path());
  return journal ? std::move(*journal) : nullptr;
}

TEST(JournalFollow, SeesWhatIsAppended) {
  const TempDir directory;
  Collector collector(directory);
  collector.append("0");
  Follower follower(open(directory));
  follower.read_until(1);

  for (int i = 1; i < 10; ++i) {
    collector.append(std::to_string(i));
    follower.read_until(static_cast<std::size_t>(i) + 1);
  }

  EXPECT_EQ(follower.messages(), numbered(0, 10));
}

TEST(JournalFollow, FromTheTailSeesOnlyWhatComesLater) {
  const TempDir directory;
  Collector collector(directory);
  for (int i = 0; i < 5; ++i)
    collector.append(std::to_string(i));
  Follower follower(open(directory));
  follower.journal().seek_tail();
  follower.drain();
  EXPECT_TRUE(follower.messages().empty());

  collector.append("5");
  follower.read_until(1);

  EXPECT_EQ(follower.messages(), numbered(5, 6));
}

// More happens in the directory than the kernel keeps for us: rotation and all are not reported.
TEST(JournalFollow, FindsEverythingAfterEventsWereLost) {
  std::size_t limit = 0;
  std::ifstream("/proc/sys/fs/inotify/max_queued_events") >> limit;
  if (limit == 0 || limit > 50'000) GTEST_SKIP() << "the kernel keeps " << limit << " events";
  const TempDir directory;
  Collector collector(directory);
  collector.append("0");
  Follower follower(open(directory));
  follower.read_until(1);

  for (std::size_t i = 0; i <= limit; ++i)
    std::ofstream(directory.path() + "/noise-" + std::to_string(i % 8));
  for (int i = 1; i < 10; ++i) {
    collector.append(std::to_string(i));
    if (i % 3 == 0) collector.rotate();
  }
  follower.read_until(10);

  EXPECT_EQ(follower.messages(), numbered(0, 10));
}

TEST(JournalFollow, ReadsWhatWasAppendedBeforeARenameFirst) {
  const TempDir directory;
  Collector collector(directory);
  collector.append("0");
  Follower follower(open(directory));
  follower.read_until(1);

  for (int i = 1; i < 4; ++i)
    collector.append(std::to_string(i), false);
  collector.rotate();
  collector.append("4");
  follower.read_until(5);

  EXPECT_EQ(follower.messages(), numbered(0, 5));
}

TEST(JournalFollow, ReadsAFileToItsEndAfterItWasDeleted) {
  const TempDir directory;
  Collector collector(directory);
  collector.append("0");
  Follower follower(open(directory));
  follower.read_until(1);

  collector.append("1", false);
  std::filesystem::remove(collector.rotate());
  collector.append("2");
  follower.read_until(3);

  EXPECT_EQ(follower.messages(), numbered(0, 3));
  EXPECT_EQ(follower.journal().files().size(), 2U);
  collector.append("3");
  follower.read_until(4);
  ASSERT_TRUE(follower.journal().process_changes());
  EXPECT_EQ(follower.journal().files().size(), 1U) << "the deleted file is let go";
}

TEST(JournalFollow, ACopyOfWhatWasReadIsNotShownAgain) {
  const TempDir directory;
  Collector collector(directory);
  for (int i = 0; i < 5; ++i)
    collector.append(std::to_string(i));
  Follower follower(open(directory));
  follower.read_until(5);

  const std::string copy = directory.path() + "/salvaged.journal";
  std::filesystem::copy(directory.path() + "/system.journal", copy);
  collector.append("5");
  follower.read_until(6);
  follower.drain();

  EXPECT_EQ(follower.messages(), numbered(0, 6));
}

TEST(JournalFollow, TriesAgainWhenAFileWasNotCompleteYet) {
  const TempDir directory;
  const TempDir elsewhere;
  Collector collector(elsewhere);
  for (int i = 0; i < 5; ++i)
    collector.append(std::to_string(i));
  const std::string bytes = read_file(elsewhere.path() + "/system.journal");
  const std::string path = directory.path() + "/system.journal";
  write_file(path, "");
  Follower follower(open(directory));
  ASSERT_TRUE(follower.journal().files().empty());

  write_file(path, bytes.substr(0, 100));
  ASSERT_TRUE(follower.journal().process_changes());
  write_file(path, bytes);
  follower.read_until(5);

  EXPECT_EQ(follower.messages(), numbered(0, 5));
}

TEST(JournalFollow, OneNamedFileIsFollowedAcrossItsRotation) {
  const TempDir directory;
  Collector collector(directory);
  collector.append("0");
  auto journal = Journal::open_files({directory.path() + "/system.journal"});
  ASSERT_TRUE(journal);
  Follower follower(std::move(*journal));
  follower.read_until(1);

  collector.append("1", false);
  collector.rotate();
  collector.append("2");
  follower.read_until(3);

  EXPECT_EQ(follower.messages(), numbered(0, 3));
}

// The writer rotates twice more between our reading of what happened and our opening of the active
// file, which is then younger than two files we have not heard of. A file that cannot be read
// stands for that moment: it is reported while files are opened.
TEST(JournalFollow, KeepsTheOrderWhenTheWriterRotatesWhileFilesAreOpened) {
  const TempDir directory;
  Collector collector(directory);
  collector.append("0");
  int next = 2;
  const auto rotate_meanwhile = [&](const std::string& /*path*/, const Error& /*error*/) {
    for (; next < 9; ++next) {
      collector.append(std::to_string(next));
      if (next % 3 == 0) collector.rotate();
    }
  };
  auto journal = Journal::open_directory(directory.path(), rotate_meanwhile);
  ASSERT_TRUE(journal);
  Follower follower(std::move(*journal));
  follower.read_until(1);

  write_file(directory.path() + "/broken.journal", std::string(4096, 'x'));
  collector.append("1");
  collector.rotate();
  follower.read_until(9);

  EXPECT_EQ(follower.messages(), numbered(0, 9));
}

TEST(JournalFollow, MissesNoEntryOfAFileThatIsFinishedWhileOthersAreOpened) {
  const TempDir directory;
  Collector collector(directory);
  collector.append("0");
  write_file(directory.path() + "/zzz-broken.journal", std::string(4096, 'x'));
  const auto rotate_meanwhile = [&](const std::string& /*path*/, const Error& /*error*/) {
    collector.append("1");
    collector.rotate();
    collector.append("2");
  };

  auto journal = Journal::open_directory(directory.path(), rotate_meanwhile);
  ASSERT_TRUE(journal);
  std::vector<std::string> messages;
  while ((*journal)->next())
    messages.emplace_back((*journal)->find_value("MESSAGE").value_or("unreadable"));

  EXPECT_EQ(messages, numbered(0, 3));
}

TEST(JournalFollow, FindsAFileThatGotAnotherNameBeforeItWasOpened) {
  const TempDir directory;
  Collector collector(directory);
  collector.append("0");
  const auto rename_meanwhile = [&](const std::string& /*path*/, const Error& /*error*/) {
    std::filesystem::rename(directory.path() + "/system.journal",
                            directory.path() + "/renamed.journal");
  };
  auto journal = Journal::open_directory(directory.path(), rename_meanwhile);
  ASSERT_TRUE(journal);
  Follower follower(std::move(*journal));
  follower.read_until(1);

  write_file(directory.path() + "/broken.journal", std::string(4096, 'x'));
  collector.rotate();
  collector.append("1");
  ASSERT_TRUE(follower.journal().process_changes());
  follower.drain();

  EXPECT_EQ(follower.messages(), numbered(0, 2));
}

// The index of a file is looked at when its first entry is wanted, not when it is opened.
TEST(JournalFollow, GivesAMatchOnceThatCameWhileItsFileWasOpened) {
  const TempDir directory;
  Collector collector(directory);
  collector.append("0");
  Follower follower(open(directory));
  follower.journal().set_match(Match::exactly("SIDE=odd"));
  follower.read_until(1);
  collector.rotate();
  ASSERT_TRUE(follower.journal().process_changes());  // finds the new file empty
  for (const char* message : {"1", "2", "3", "4"})
    collector.append(message, false);
  follower.drain();

  collector.append("5");
  collector.append("6");
  follower.read_until(4);

  EXPECT_EQ(follower.messages(), numbered(0, 7, 2));
}

// A collector on another thread that rotates often and deletes what is two rotations old.
class BusyCollector {
 public:
  BusyCollector(const TempDir& directory, int entries, bool vacuum)
      : thread_([this, &directory, entries, vacuum] {
          Collector collector(directory);
          std::vector<std::string> archives;
          started = true;
          for (int i = 0; i < entries; ++i) {
            collector.append(std::to_string(i), i % 3 == 0);
            if (i % 250 == 249) archives.push_back(collector.rotate());
            if (vacuum && archives.size() > 2) {
              while (read < i - 400)
                std::this_thread::yield();
              std::filesystem::remove(archives.front());
              archives.erase(archives.begin());
            }
          }
          collector.wake();
        }) {}
  ~BusyCollector() {
    read = 1 << 30;
    thread_.join();
  }

  std::atomic<bool> started = false;
  std::atomic<int> read = 0;

 private:
  std::thread thread_;
};

TEST(JournalFollow, MissesNothingWhileTheWriterRotates) {
  const TempDir directory;
  BusyCollector collector(directory, 20000, false);
  while (!collector.started)
    std::this_thread::yield();
  Follower follower(open(directory));

  follower.read_until(20000);

  EXPECT_TRUE(follower.messages() == numbered(0, 20000)) << follower.messages().size();
}

TEST(JournalFollow, MissesNothingWhileOldFilesAreDeleted) {
  const TempDir directory;
  BusyCollector collector(directory, 20000, true);
  while (!collector.started)
    std::this_thread::yield();
  Follower follower(open(directory));

  for (int count = 0; count < 20000; count += 100) {
    follower.read_until(static_cast<std::size_t>(count) + 100);
    collector.read = count;
  }

  EXPECT_TRUE(follower.messages() == numbered(0, 20000)) << follower.messages().size();
}

TEST(JournalFollow, MissesNoMatchWhileTheWriterRotates) {
  const TempDir directory;
  BusyCollector collector(directory, 20000, false);
  while (!collector.started)
    std::this_thread::yield();
  Follower follower(open(directory));
  follower.journal().set_match(Match::exactly("SIDE=even"));

  follower.read_until(10000);

  EXPECT_TRUE(follower.messages() == numbered(1, 20000, 2)) << follower.messages().size();
}

}  // namespace
}  // namespace logq::test
