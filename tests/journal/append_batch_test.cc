#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <deque>
#include <random>
#include <sstream>

#include <gtest/gtest.h>

#include "journal/file_writer.h"
#include "journal/salvage.h"
#include "journal/writer_support.h"
#include "support/child_process.h"
#include "support/journalctl.h"
#include "support/temp_dir.h"

namespace logq::journal {
namespace {

using test::Fields;
using test::moment;

// Entries with the payloads they borrow.
class Batch {
 public:
  void add(std::uint64_t n, Fields fields) {
    fields_.push_back(std::make_unique<Fields>(std::move(fields)));
    views_.push_back(std::make_unique<std::vector<std::string_view>>(test::views(*fields_.back())));
    entries_.push_back({moment(n), *views_.back()});
  }
  void add_service_entries(std::uint64_t first, std::uint64_t last) {
    for (std::uint64_t n = first; n <= last; ++n)
      add(n, test::service_entry(n));
  }
  [[nodiscard]] std::span<const NewEntry> entries() const { return entries_; }

 private:
  std::vector<std::unique_ptr<Fields>> fields_;
  std::vector<std::unique_ptr<std::vector<std::string_view>>> views_;
  std::vector<NewEntry> entries_;
};

class AppendBatchTest : public ::testing::Test {
 protected:
  std::unique_ptr<FileWriter> begin(const std::string& path, const WriterOptions& options = {}) {
    auto created = FileWriter::create(path, options);
    EXPECT_TRUE(created) << created.error().message();
    return std::move(*created);
  }

  logq::test::TempDir directory_;
  std::string path_ = directory_.path() + "/system.journal";
};

// Entries as printed, without what differs between two files of the same entries.
std::string exported(const std::string& path) {
  std::string out;
  std::istringstream lines(logq::test::journalctl({"--file", path, "-o", "export"}).out);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("__CURSOR=") && !line.starts_with("__SEQNUM_ID=")) out += line + "\n";
  }
  return out;
}

void expect_verified(const std::string& path) {
  if (!logq::test::journalctl_installed()) return;
  const auto verdict = logq::test::verify_file(path);
  EXPECT_EQ(verdict.status, 0) << verdict.out;
}

TEST_F(AppendBatchTest, StoresWhatSingleAppendsStore) {
  const std::string other = directory_.path() + "/other.journal";
  Batch batch;
  batch.add_service_entries(0, 499);
  batch.add(500, {"A=twice", "B=1", "A=twice", "C=" + std::string(4000, 'c'), "B=1"});
  batch.add_service_entries(501, 999);
  const auto singly = begin(path_);
  const auto at_once = begin(other);

  for (const NewEntry& entry : batch.entries())
    ASSERT_TRUE(singly->append(entry.time, entry.payloads));
  ASSERT_EQ(at_once->append_batch(batch.entries()).value(), 1000U);
  ASSERT_TRUE(singly->close());
  ASSERT_TRUE(at_once->close());

  EXPECT_EQ(at_once->size_bytes(), singly->size_bytes());
  EXPECT_EQ(exported(other), exported(path_));
  expect_verified(other);
}

// As of a collector, whose own fields are the same bytes for all entries of a sender.
TEST_F(AppendBatchTest, StoresWhatSingleAppendsStoreWhereEntriesShareMemory) {
  const std::string other = directory_.path() + "/other.journal";
  const std::array<Fields, 3> senders{Fields{"_PID=1", "_COMM=a", "_EXE=/a", "_HOSTNAME=h"},
                                      Fields{"_PID=2", "_COMM=a", "_EXE=/b", "_HOSTNAME=h"},
                                      Fields{"_PID=3", "_EXE=/b", "_EXE=/b", "_HOSTNAME=h"}};
  std::mt19937 random(4711);
  std::deque<std::string> texts;
  std::deque<std::vector<std::string_view>> views(3000);
  std::vector<NewEntry> entries;
  for (std::size_t n = 0; n < views.size(); ++n) {
    for (std::size_t field = random() % 4; field < 4; ++field)
      views[n].push_back(texts.emplace_back("F=" + std::to_string(random() % (n + 1))));
    if (random() % 8 == 0) views[n].push_back(views[n].front());
    const Fields& sender = senders[n / 64 % 4 % 3];
    const std::size_t from = random() % 16 == 0 ? random() % 4 : 0;
    views[n].insert(views[n].end(), sender.begin() + static_cast<std::ptrdiff_t>(from),
                    sender.end());
    entries.push_back({moment(n), views[n]});
  }
  const auto singly = begin(path_);
  const auto at_once = begin(other);

  for (const NewEntry& entry : entries)
    ASSERT_TRUE(singly->append(entry.time, entry.payloads));
  for (std::span<const NewEntry> rest(entries); !rest.empty();) {
    const auto some = rest.first(std::min<std::size_t>(rest.size(), 1 + random() % 100));
    ASSERT_EQ(at_once->append_batch(some).value(), some.size());
    rest = rest.subspan(some.size());
  }
  ASSERT_TRUE(singly->close());
  ASSERT_TRUE(at_once->close());

  EXPECT_EQ(at_once->size_bytes(), singly->size_bytes());
  EXPECT_EQ(exported(other), exported(path_));
  expect_verified(other);
}

// The writer gives its buffers back after such an entry.
TEST_F(AppendBatchTest, KeepsWhatFollowsAnEntryOfThousandsOfFields) {
  Fields many;
  for (int i = 0; i < 5000; ++i)
    many.push_back("F" + std::to_string(i % 50) + "=" + std::to_string(i));
  Batch batch;
  batch.add_service_entries(1, 2);
  batch.add(3, std::move(many));
  batch.add(4, {"MESSAGE=behind it"});
  const auto writer = begin(path_);

  ASSERT_EQ(writer->append_batch(batch.entries()).value(), 4U);
  ASSERT_TRUE(writer->close());

  EXPECT_NE(exported(path_).find("MESSAGE=behind it\n"), std::string::npos);
  expect_verified(path_);
}

TEST_F(AppendBatchTest, OfNothingIsNoError) {
  EXPECT_EQ(begin(path_)->append_batch({}).value(), 0U);
}

TEST_F(AppendBatchTest, StopsWhereTheFileIsFull) {
  Batch batch;
  batch.add_service_entries(0, 19'999);
  const auto writer = begin(path_, test::small_file());

  const std::size_t appended = writer->append_batch(batch.entries()).value();

  EXPECT_GT(appended, 1000U);
  EXPECT_LT(appended, 20'000U);
  const auto rest = writer->append_batch(batch.entries().subspan(appended));
  ASSERT_FALSE(rest);
  EXPECT_EQ(rest.error().code, Errc::kFull);
  ASSERT_TRUE(writer->close());
  EXPECT_EQ(test::seqnums_of(path_), test::numbers(1, appended));
  expect_verified(path_);
}

TEST_F(AppendBatchTest, StopsAtAnEntryThatIsNone) {
  Batch batch;
  batch.add_service_entries(1, 10);
  batch.add(11, {"MESSAGE=good", "=bad"});
  batch.add_service_entries(12, 20);
  const auto writer = begin(path_);

  ASSERT_EQ(writer->append_batch(batch.entries()).value(), 10U);

  const auto why = writer->append_batch(batch.entries().subspan(10));
  ASSERT_FALSE(why);
  EXPECT_EQ(why.error().code, Errc::kInvalidArgument);
  EXPECT_EQ(writer->append_batch(batch.entries().subspan(11)).value(), 9U);
  EXPECT_EQ(writer->sequence().tail_seqnum, 19U);
}

// The child appends batches until it is killed, and says after each how far it is.
[[noreturn]] void append_until_killed(const std::string& path, int report) {
  auto writer = FileWriter::create(path, {});
  if (!writer) ::_exit(1);
  for (std::uint64_t n = 0;; n += 100) {
    Batch batch;
    batch.add_service_entries(n, n + 99);
    const auto appended = (*writer)->append_batch(batch.entries());
    if (!appended || *appended != 100) ::pause();
    const std::uint64_t done = n + 100;
    if (::write(report, &done, sizeof done) != sizeof done) ::_exit(1);
  }
}

TEST_F(AppendBatchTest, LeavesAPrefixWhenKilled) {
  int report[2];
  ASSERT_EQ(::pipe(report), 0);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) append_until_killed(path_, report[1]);
  ::close(report[1]);
  std::uint64_t done = 0;
  while (done < 5000)
    ASSERT_EQ(::read(report[0], &done, sizeof done), ssize_t{sizeof done});
  logq::test::signal_process(child, SIGKILL);
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  while (::read(report[0], &done, sizeof done) == ssize_t{sizeof done}) {
  }
  ::close(report[0]);

  const auto salvaged = salvage(path_, {});

  ASSERT_TRUE(salvaged) << salvaged.error().message();
  EXPECT_GE(salvaged->entries, done);
  EXPECT_EQ(salvaged->damaged, 0U);
  EXPECT_EQ(test::seqnums_of(salvaged->path), test::numbers(1, salvaged->entries));
  expect_verified(salvaged->path);
}

}  // namespace
}  // namespace logq::journal
