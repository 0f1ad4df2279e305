#include "logq/journal_writer.h"

#include <array>

#include <gtest/gtest.h>

#include "journal/writer_support.h"
#include "support/journalctl.h"
#include "support/temp_dir.h"

namespace logq {
namespace {

using journal::test::numbers;
using journal::test::seqnums_in;

constexpr std::array<std::string_view, 2> kHello = {"MESSAGE=hello", "PRIORITY=6"};

TEST(JournalWriter, WritesWhatJournalctlReads) {
  const test::TempDir directory;
  auto writer = JournalWriter::open(directory.path()).value();
  EXPECT_EQ(writer.append(kHello).value(), 1U);
  ASSERT_TRUE(writer.rotate());
  EXPECT_EQ(writer.append(kHello).value(), 2U);
  ASSERT_TRUE(writer.sync());
  ASSERT_TRUE(writer.close());
  EXPECT_EQ(seqnums_in(directory.path()), numbers(1, 2));
  if (!test::journalctl_installed()) GTEST_SKIP() << test::kNoJournalctl;
  const auto verified = test::verify_directory(directory.path());
  EXPECT_EQ(verified.status, 0) << verified.out;
}

TEST(JournalWriter, AppendsBatchesOverManyFiles) {
  const test::TempDir directory;
  auto writer = JournalWriter::open(directory.path(), {.max_file_bytes = 512 << 10}).value();
  std::uint64_t n = 0;
  while (writer.counters().rotations < 2) {
    std::vector<journal::test::Fields> fields;
    std::vector<std::vector<std::string_view>> payloads;
    std::vector<JournalNewEntry> batch;
    for (int i = 0; i < 64; ++i)
      fields.push_back(journal::test::service_entry(++n));
    for (const auto& entry : fields)
      payloads.push_back(journal::test::views(entry));
    for (const auto& entry : payloads)
      batch.push_back({JournalTime::now(), entry});
    ASSERT_EQ(writer.append_batch(batch).value(), 64U);
  }
  EXPECT_EQ(writer.counters().entries, n);
  EXPECT_EQ(writer.counters().tail_seqnum, n);
  ASSERT_TRUE(writer.close());
  EXPECT_EQ(seqnums_in(directory.path()), numbers(1, n));
}

TEST(JournalWriter, ABatchStopsAtWhatCannotBeAppended) {
  const test::TempDir directory;
  auto writer = JournalWriter::open(directory.path()).value();
  const std::array<std::string_view, 1> bad = {"no name"};
  const JournalTime now = JournalTime::now();
  const std::array<JournalNewEntry, 3> batch = {{{now, kHello}, {now, bad}, {now, kHello}}};
  EXPECT_EQ(writer.append_batch(batch).value(), 1U);
  const auto rest = writer.append_batch(std::span(batch).subspan(1));
  ASSERT_FALSE(rest);
  EXPECT_EQ(rest.error().code, Errc::kInvalidArgument);
  EXPECT_EQ(writer.counters().entries, 1U);
}

TEST(JournalWriter, GoesOnAfterAStopWithoutClose) {
  const test::TempDir directory;
  {
    auto writer = JournalWriter::open(directory.path()).value();
    ASSERT_TRUE(writer.append(kHello));
  }
  auto writer = JournalWriter::open(directory.path()).value();
  EXPECT_EQ(writer.counters().recovered_entries, 1U);
  EXPECT_EQ(writer.append(kHello).value(), 2U);
  EXPECT_EQ(JournalWriter::open(directory.path()).error().code, Errc::kBusy);
  ASSERT_TRUE(writer.close());
  EXPECT_EQ(writer.append(kHello).error().code, Errc::kClosed);
}

}  // namespace
}  // namespace logq
