// Our files in the eyes of stock journalctl: --verify passes and nothing is read differently.
#include <gtest/gtest.h>

#include "journal/file_writer.h"
#include "journal/writer_support.h"
#include "support/journalctl.h"
#include "support/temp_dir.h"

namespace logq::journal {
namespace {

using logq::test::journalctl;
using test::Fields;
using test::moment;

class StockJournalctl : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!logq::test::journalctl_installed()) GTEST_SKIP() << logq::test::kNoJournalctl;
    writer_ = FileWriter::create(path_, {}).value();
  }
  void add(std::uint64_t n, const Fields& fields) {
    const auto seqnum = writer_->append(moment(n), test::views(fields));
    ASSERT_TRUE(seqnum) << seqnum.error().message();
  }
  void expect_pass() {
    const auto verified = logq::test::verify_file(path_);
    EXPECT_EQ(verified.status, 0) << verified.out;
  }

  logq::test::TempDir directory_;
  std::string path_ = directory_.path() + "/system.journal";
  std::unique_ptr<FileWriter> writer_;
};

TEST_F(StockJournalctl, VerifiesAFileInEveryState) {
  expect_pass();  // empty and ONLINE
  for (std::uint64_t n = 1; n <= 2000; ++n) {
    add(n, test::service_entry(n));
    if (n % 500 == 1) expect_pass();
  }
  ASSERT_TRUE(writer_->close());
  expect_pass();
  writer_ = FileWriter::reopen(path_, {}).value();
  add(3000, test::service_entry(1));
  expect_pass();
  path_ = writer_->archive().value();
  expect_pass();
}

TEST_F(StockJournalctl, ExportsWhatWasAppended) {
  const std::string big = "BIG=" + std::string(3000, 'b');
  add(1, {"MESSAGE=first", "EMPTY=", "TWICE=a", "TWICE=b", big});
  add(2, {"MESSAGE=two\nlines", "TWICE=b"});
  ASSERT_TRUE(writer_->close());

  const std::string out = journalctl({"--file", path_, "-o", "export"}).out;

  const std::string boot = moment(1).boot_id.to_string();
  const std::string length("\x09\0\0\0\0\0\0\0", 8);
  EXPECT_NE(out.find("__REALTIME_TIMESTAMP=1700000000000010\n__MONOTONIC_TIMESTAMP=1000010\n"
                     "_BOOT_ID=" +
                     boot + "\nMESSAGE=first\nEMPTY=\nTWICE=a\nTWICE=b\n" + big + "\n\n"),
            std::string::npos)
      << out;
  EXPECT_NE(out.find("_BOOT_ID=" + boot + "\nTWICE=b\nMESSAGE\n" + length + "two\nlines\n\n"),
            std::string::npos)
      << out;
  EXPECT_NE(out.find("__CURSOR=s=" + writer_->sequence().seqnum_id.to_string() + ";i=1;b=" + boot),
            std::string::npos);
}

TEST_F(StockJournalctl, ListsFieldsAndTheirValues) {
  for (std::uint64_t n = 0; n < 30; ++n)
    add(n, {"MESSAGE=m", "UNIT=" + std::to_string(n % 3)});

  EXPECT_EQ(journalctl({"--file", path_, "-F", "UNIT"}).out, "2\n1\n0\n");
  const std::string names = journalctl({"--file", path_, "-N"}).out;
  EXPECT_NE(names.find("UNIT\n"), std::string::npos);
  EXPECT_NE(names.find("MESSAGE\n"), std::string::npos);
}

TEST_F(StockJournalctl, FindsEveryEntryOfAValueThroughItsArrays) {
  for (std::uint64_t n = 0; n < 1000; ++n) {
    add(n, {"MESSAGE=" + std::to_string(n), n % 3 == 0 ? "KIND=third" : "KIND=other"});
  }

  const std::string out = journalctl({"--file", path_, "-o", "cat", "KIND=third"}).out;

  std::string expected;
  for (int n = 0; n < 1000; n += 3)
    expected += std::to_string(n) + "\n";
  EXPECT_EQ(out, expected);
  EXPECT_EQ(journalctl({"--file", path_, "-o", "cat", "-n", "2", "KIND=third"}).out, "996\n999\n");
}

TEST_F(StockJournalctl, ReadsALiveFile) {
  for (std::uint64_t n = 0; n < 5; ++n) {
    add(n, {"MESSAGE=" + std::to_string(n), "SAME=x"});
    const std::string last = std::to_string(n) + "\n";
    EXPECT_EQ(journalctl({"--file", path_, "-o", "cat", "-n", "1"}).out, last);
    EXPECT_EQ(journalctl({"--file", path_, "-o", "cat", "-n", "1", "SAME=x"}).out, last);
  }
}

TEST_F(StockJournalctl, VerifiesEntriesOfSeveralBoots) {
  for (std::uint64_t n = 0; n < 20; ++n) {
    EntryTime time = moment(n);
    time.boot_id.bytes[15] = static_cast<std::uint8_t>(n / 5);
    time.monotonic_usec = n % 5;
    ASSERT_TRUE(writer_->append(time, test::views({"MESSAGE=m"})));
  }
  expect_pass();
}

TEST_F(StockJournalctl, VerifiesManyFieldsAndCompressedOnes) {
  for (std::uint64_t n = 0; n < 50; ++n) {
    Fields fields;
    for (std::uint64_t i = 0; i < 300; ++i) {
      fields.push_back("F" + std::to_string(i) + "=" + std::string((n * i) % 1500, 'v') +
                       std::to_string(i % 7));
    }
    add(n, fields);
  }
  expect_pass();
  EXPECT_EQ(test::seqnums_of(path_), test::numbers(1, 50));
}

}  // namespace
}  // namespace logq::journal
