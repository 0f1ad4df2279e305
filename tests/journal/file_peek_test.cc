#include "journal/file_peek.h"

#include <sys/resource.h>
#include <unistd.h>

#include <fstream>

#include <gtest/gtest.h>

#include "base/unique_fd.h"
#include "support/temp_dir.h"
#include "writer_support.h"

namespace logq::journal {
namespace {

using base::UniqueFd;
using logq::test::TempDir;
using test::moment;
using test::views;

class FilePeek : public testing::Test {
 protected:
  std::string write(std::uint64_t entries) {
    auto writer = FileWriter::create(dir_.path() + "/system.journal", test::small_file());
    for (std::uint64_t n = 0; n < entries; ++n) {
      if (!(*writer)->append(moment(n), views(test::service_entry(n)))) ADD_FAILURE();
    }
    return (*writer)->archive().value();
  }

  TempDir dir_;
};

TEST_F(FilePeek, TellsTheFirstAndTheLastEntry) {
  const auto file = FileReader::open(write(500)).value();

  for (const FileEnd end : {FileEnd::kFirst, FileEnd::kLast}) {
    const auto peeked = file->peek_entry(end);
    const auto read = file->read_entry(file->entry_at(end).value());
    ASSERT_TRUE(peeked.has_value());
    EXPECT_EQ(peeked->offset, read->offset);
    EXPECT_EQ(peeked->seqnum, read->seqnum);
    EXPECT_EQ(peeked->realtime_usec, read->realtime_usec);
    EXPECT_EQ(peeked->monotonic_usec, read->monotonic_usec);
    EXPECT_EQ(peeked->boot_id, read->boot_id);
    EXPECT_EQ(peeked->xor_hash, read->xor_hash);
  }
}

TEST_F(FilePeek, NeverRulesOutWhatIsThere) {
  const auto file = FileReader::open(write(2000)).value();

  for (std::uint64_t n = 0; n < 2000; ++n) {
    for (const std::string& payload : test::service_entry(n))
      ASSERT_TRUE(file->may_hold(payload)) << payload;
  }
}

TEST_F(FilePeek, RulesOutMostOfWhatIsNotThere) {
  const auto file = FileReader::open(write(500)).value();

  int ruled_out = 0;
  for (int n = 0; n < 1000; ++n)
    ruled_out += file->may_hold("_SYSTEMD_UNIT=absent-" + std::to_string(n) + ".service") ? 0 : 1;
  EXPECT_GT(ruled_out, 990);
}

TEST_F(FilePeek, DoesNotTellAnEntryThatTheHeaderDisagreesWith) {
  const std::string path = write(10);
  std::fstream bytes(path, std::ios::in | std::ios::out | std::ios::binary);
  bytes.seekp(offsetof(Header, tail_entry_seqnum));
  bytes.write("\x63", 1);
  bytes.close();
  const auto file = FileReader::open(path).value();

  EXPECT_EQ(file->peek_entry(FileEnd::kLast), std::nullopt);
  EXPECT_TRUE(file->peek_entry(FileEnd::kFirst).has_value());
}

TEST_F(FilePeek, TellsNothingOfAFileThatIsStillWritten) {
  auto writer = FileWriter::create(dir_.path() + "/system.journal", test::small_file());
  ASSERT_TRUE((*writer)->append(moment(1), views(test::service_entry(1))));
  (*writer)->publish();
  const auto file = FileReader::open(dir_.path() + "/system.journal").value();

  EXPECT_EQ(file->peek_entry(FileEnd::kLast), std::nullopt);
  EXPECT_TRUE(file->may_hold("MESSAGE=not there yet"));
}

// Descriptors are few: files beyond half of them are looked at through their mapping.
TEST_F(FilePeek, RulesNothingOutWithoutADescriptor) {
  const std::string path = write(10);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit few = before;
  // The lowest number that is free, which the file gets, is the first of the upper half.
  few.rlim_cur = 2 * static_cast<rlim_t>(UniqueFd(::dup(STDERR_FILENO)).get());
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &few), 0);
  const auto file = FileReader::open(path).value();
  ::setrlimit(RLIMIT_NOFILE, &before);

  EXPECT_EQ(file->peek_entry(FileEnd::kLast), std::nullopt);
  EXPECT_TRUE(file->may_hold("MESSAGE=absent"));
  EXPECT_EQ(file->find_data("MESSAGE=absent"), 0U);
}

}  // namespace
}  // namespace logq::journal
