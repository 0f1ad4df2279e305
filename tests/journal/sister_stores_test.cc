// Stores of several names in one directory that share one sequence of entry numbers.
#include <algorithm>
#include <filesystem>

#include <gtest/gtest.h>

#include "journal/file_header.h"
#include "journal/store.h"
#include "journal/writer_support.h"
#include "support/journalctl.h"
#include "support/temp_dir.h"

namespace logq::journal {
namespace {

using test::moment;

class SisterStores : public ::testing::Test {
 protected:
  std::unique_ptr<Store> open(const std::string& base, const SequencePosition& sequence = {}) {
    StoreOptions options;
    options.directory = directory_.path();
    options.base = base;
    options.lock_directory = false;
    options.writer = test::small_file();
    options.writer.sequence = sequence;
    return Store::open(options).value();
  }
  static Result<std::uint64_t> add(Store& store, std::uint64_t n) {
    return store.append(moment(n), test::views(test::service_entry(n)));
  }
  std::string path(const std::string& name) const { return directory_.path() + "/" + name; }

  logq::test::TempDir directory_;
};

TEST_F(SisterStores, NumbersGoOnFromOneToTheOther) {
  const auto first = open("system");
  ASSERT_EQ(add(*first, 1), 1U);
  const auto second = open("user-1000", first->sequence());

  second->continue_after(1);
  EXPECT_EQ(second->next_seqnum(), 2U);
  EXPECT_EQ(add(*second, 2), 2U);
  EXPECT_EQ(add(*second, 3), 3U);
  first->continue_after(3);
  EXPECT_EQ(add(*first, 4), 4U);

  EXPECT_EQ(second->sequence().seqnum_id, first->sequence().seqnum_id);
  ASSERT_TRUE(first->close());
  ASSERT_TRUE(second->close());
  EXPECT_EQ(test::seqnums_of(path("system.journal")), (std::vector<std::uint64_t>{1, 4}));
  EXPECT_EQ(test::seqnums_of(path("user-1000.journal")), (std::vector<std::uint64_t>{2, 3}));
  if (!logq::test::journalctl_installed()) GTEST_SKIP() << logq::test::kNoJournalctl;
  EXPECT_EQ(logq::test::verify_directory(directory_.path()).status, 0);
}

TEST_F(SisterStores, BatchBeginsBehindTheOthersNumbers) {
  const auto store = open("system");
  ASSERT_EQ(add(*store, 1), 1U);
  const auto one = test::service_entry(2);
  const auto other = test::service_entry(3);
  const auto one_views = test::views(one);
  const auto other_views = test::views(other);
  store->continue_after(7);

  const NewEntry batch[] = {{moment(2), one_views}, {moment(3), other_views}};
  EXPECT_EQ(store->append_batch(batch), 2U);

  EXPECT_EQ(store->next_seqnum(), 10U);
  ASSERT_TRUE(store->close());
  EXPECT_EQ(test::seqnums_of(path("system.journal")), (std::vector<std::uint64_t>{1, 8, 9}));
}

TEST_F(SisterStores, FileOfAnotherSequenceIsLeftForANewOne) {
  const auto strange = open("user-1000");
  ASSERT_EQ(add(*strange, 1), 1U);
  ASSERT_TRUE(strange->close());
  const auto system = open("system");
  ASSERT_EQ(add(*system, 2), 1U);

  const auto store = open("user-1000", system->sequence());

  EXPECT_EQ(store->sequence().seqnum_id, system->sequence().seqnum_id);
  EXPECT_EQ(add(*store, 3), 2U);
  ASSERT_TRUE(store->close());
  EXPECT_EQ(test::files_in(directory_.path()).size(), 3U);  // an archive and two active ones
}

}  // namespace
}  // namespace logq::journal
