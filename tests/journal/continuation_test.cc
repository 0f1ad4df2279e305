// A file that was closed cleanly and damaged before it is continued.
#include "journal/continuation.h"

#include <filesystem>
#include <fstream>
#include <random>

#include <gtest/gtest.h>

#include "journal/file_header.h"
#include "journal/store.h"
#include "journal/writer_support.h"
#include "support/temp_dir.h"

namespace logq::journal {
namespace {

using test::moment;
using test::service_entry;
using test::views;

constexpr std::uint64_t kEntries = 300;

class ContinuationTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto writer = FileWriter::create(original_, test::small_file()).value();
    for (std::uint64_t n = 1; n <= kEntries; ++n) {
      auto fields = service_entry(n);
      if (n % 50 == 0) fields.push_back("TRACE=" + std::string(2000, 't') + std::to_string(n));
      ASSERT_TRUE(writer->append(moment(n), views(fields)));
    }
    ASSERT_TRUE(writer->close());
    tail_ = read_file_header(original_)->tail_object_offset;
  }

  void copy_with_flip(std::uint64_t at, unsigned bit) {
    std::filesystem::copy_file(original_, copy_, std::filesystem::copy_options::overwrite_existing);
    std::fstream file(copy_, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(static_cast<std::streamoff>(at));
    const int byte = file.get();
    file.seekp(static_cast<std::streamoff>(at));
    file.put(static_cast<char>(byte ^ (1 << bit)));
  }

  // Continues the copy with `count` entries as far as it lets itself be continued.
  bool continue_copy(std::uint64_t count) {
    const auto writer = FileWriter::reopen(copy_, test::small_file());
    if (!writer) return false;
    for (std::uint64_t n = kEntries + 1; n <= kEntries + count; ++n) {
      if (!(*writer)->append(moment(n), views(service_entry(n)))) return false;
    }
    return (*writer)->close().has_value();
  }

  logq::test::TempDir directory_ = logq::test::TempDir::in_memory();
  std::string original_ = directory_.path() + "/original";
  std::string copy_ = directory_.path() + "/system.journal";
  std::uint64_t tail_ = 0;
};

TEST_F(ContinuationTest, SurvivesAFlippedBitAnywhere) {
  std::mt19937_64 random(11);  // NOLINT: the same damage in every run
  int continued = 0;
  for (int round = 0; round < 400; ++round) {
    copy_with_flip(random() % (tail_ + 4096), static_cast<unsigned>(random() % 8));
    continued += continue_copy(100) ? 1 : 0;
  }
  EXPECT_GT(continued, 100);
}

// What the header says about entries decides what readers will see of the next ones.
TEST_F(ContinuationTest, NoFlippedBitOfTheHeaderHidesAnEntry) {
  const auto all = test::numbers(1, kEntries + 5);
  for (std::uint64_t at = offsetof(Header, header_size); at < sizeof(Header); ++at) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      copy_with_flip(at, bit);
      if (!continue_copy(5)) continue;
      EXPECT_EQ(test::seqnums_of(copy_), all) << "bit " << bit << " of byte " << at;
    }
  }
}

TEST_F(ContinuationTest, NoticesAnotherFileId) {
  copy_with_flip(offsetof(Header, file_id), 3);

  EXPECT_EQ(FileWriter::reopen(copy_, test::small_file()).error().code, Errc::kCorrupt);
}

TEST_F(ContinuationTest, AStoreGoesOnAfterAnyDamageToTheHeader) {
  for (std::uint64_t at = 0; at < sizeof(Header); at += 3) {
    const auto storage = logq::test::TempDir::in_memory();
    copy_with_flip(at, 7);
    std::filesystem::copy_file(copy_, storage.path() + "/system.journal");
    StoreOptions options{storage.path(), test::small_file()};
    auto store = Store::open(options);
    ASSERT_TRUE(store) << at;
    for (std::uint64_t n = 1; n <= 3; ++n) {
      const auto added = (*store)->append(moment(kEntries + n), views(service_entry(n)));
      ASSERT_TRUE(added) << at << ": " << added.error().message();
    }
    ASSERT_TRUE((*store)->close());
  }
}

}  // namespace
}  // namespace logq::journal
