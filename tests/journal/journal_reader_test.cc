// The public reader, over files of our own writer; what it is built on is compared with journalctl
// and libsystemd elsewhere.
#include "logq/journal_reader.h"

#include <poll.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "journal/writer_support.h"
#include "support/allocation_count.h"
#include "support/descriptor_limit.h"
#include "support/temp_dir.h"

namespace logq {
namespace {

using journal::EntryTime;
using journal::FileWriter;
using journal::WriterOptions;
using journal::test::kStart;
using journal::test::moment;
using Numbers = std::vector<std::uint64_t>;

// Entry n of a sequence has N=n, PARITY=n % 2 and happens at moment(n).
class JournalReaderTest : public testing::Test {
 protected:
  static std::unique_ptr<FileWriter> writer(const std::string& path, std::uint64_t before) {
    WriterOptions options = journal::test::small_file();
    options.sequence = {sequence(), before};
    return FileWriter::create(path, options).value();
  }
  static Id128 sequence() { return Id128::parse("0123456789abcdef0123456789abcdef").value(); }
  static void append(FileWriter& file, std::uint64_t n) {
    const journal::test::Fields fields{"N=" + std::to_string(n), "PARITY=" + std::to_string(n % 2),
                                       "NAMED=the same",
                                       "_BOOT_ID=" + moment(n).boot_id.to_string()};
    ASSERT_TRUE(file.append(moment(n), journal::test::views(fields)));
  }
  // Entries first to last, with these numbers.
  void add_file(const std::string& name, std::uint64_t first, std::uint64_t last) {
    const auto file = writer(path(name), first - 1);
    for (std::uint64_t n = first; n <= last; ++n)
      append(*file, n);
    ASSERT_TRUE(file->close());
  }
  std::string path(const std::string& name) { return directory_.path() + "/" + name; }
  JournalReader open() { return JournalReader::open_directory(directory_.path()).value(); }

  static std::uint64_t number(JournalReader& reader) {
    return std::stoull(std::string(reader.value("N").value_or("0")));
  }
  static Numbers rest(JournalReader& reader) {
    Numbers all;
    while (reader.next())
      all.push_back(number(reader));
    return all;
  }
  static Numbers rest_backwards(JournalReader& reader) {
    Numbers all;
    while (reader.previous())
      all.insert(all.begin(), number(reader));
    return all;
  }
  // After each kind of seek to entry 25, whichever way one goes.
  template <typename Seek>
  static void expect_between_24_and_25(JournalReader& reader, Seek seek) {
    seek();
    EXPECT_EQ(rest(reader), journal::test::numbers(25, 60));
    seek();
    EXPECT_EQ(rest_backwards(reader), journal::test::numbers(1, 24));
  }

  test::TempDir directory_;
};

class JournalReaderSeeks : public JournalReaderTest {
 protected:
  void SetUp() override {
    add_file("a.journal", 1, 20);
    add_file("b.journal", 21, 40);
    add_file("c.journal", 41, 60);
  }
};

TEST_F(JournalReaderSeeks, HeadAndTailSpanAllFiles) {
  JournalReader reader = open();
  reader.seek_head();
  EXPECT_FALSE(reader.previous());
  EXPECT_EQ(rest(reader), journal::test::numbers(1, 60));
  reader.seek_tail();
  EXPECT_FALSE(reader.next());
  EXPECT_EQ(rest_backwards(reader), journal::test::numbers(1, 60));
}

TEST_F(JournalReaderSeeks, RealtimeIsTheFirstEntryAtOrAfter) {
  JournalReader reader = open();
  expect_between_24_and_25(reader, [&] { reader.seek_realtime(kStart + 250); });
  expect_between_24_and_25(reader, [&] { reader.seek_realtime(kStart + 241); });
}

TEST_F(JournalReaderSeeks, MonotonicTimeIsThatOfTheBootNamed) {
  JournalReader reader = open();
  const EntryTime time = moment(25);
  expect_between_24_and_25(reader,
                           [&] { reader.seek_monotonic(time.boot_id, time.monotonic_usec); });
  reader.seek_monotonic(time.boot_id, 0);
  EXPECT_EQ(rest(reader), journal::test::numbers(1, 60));
}

TEST_F(JournalReaderSeeks, SequenceNumbersAreFound) {
  JournalReader reader = open();
  expect_between_24_and_25(reader, [&] { reader.seek_seqnum(sequence(), 25); });
}

TEST_F(JournalReaderSeeks, CursorsNameAnEntry) {
  JournalReader reader = open();
  reader.seek_seqnum(sequence(), 25);
  ASSERT_TRUE(reader.next());
  const std::string cursor = reader.cursor();
  EXPECT_TRUE(reader.at_cursor(cursor).value());
  ASSERT_TRUE(reader.next());
  EXPECT_FALSE(reader.at_cursor(cursor).value());

  expect_between_24_and_25(reader, [&] { ASSERT_TRUE(reader.seek_cursor(cursor)); });
}

TEST_F(JournalReaderSeeks, WhatIsNoCursorIsAnErrorAndMovesNothing) {
  JournalReader reader = open();
  reader.seek_seqnum(sequence(), 25);
  EXPECT_EQ(reader.seek_cursor("nonsense").error().code, Errc::kInvalidArgument);
  ASSERT_TRUE(reader.next());
  EXPECT_EQ(number(reader), 25U);
  EXPECT_EQ(reader.at_cursor("nonsense").error().code, Errc::kInvalidArgument);
}

TEST_F(JournalReaderSeeks, TheDirectionMayChangeAtTheEndsOfFiles) {
  JournalReader reader = open();
  reader.seek_seqnum(sequence(), 20);
  ASSERT_TRUE(reader.next());
  ASSERT_TRUE(reader.next());
  EXPECT_EQ(number(reader), 21U);
  ASSERT_TRUE(reader.previous());
  EXPECT_EQ(number(reader), 20U);
  ASSERT_TRUE(reader.next());
  EXPECT_EQ(number(reader), 21U);
}

TEST_F(JournalReaderSeeks, AnEntrySaysWhatWasWritten) {
  JournalReader reader = open();
  reader.seek_seqnum(sequence(), 25);
  ASSERT_TRUE(reader.next());
  EXPECT_EQ(reader.entry().seqnum_id, sequence());
  EXPECT_EQ(reader.entry().seqnum, 25U);
  EXPECT_EQ(reader.entry().realtime_usec, moment(25).realtime_usec);
  EXPECT_EQ(reader.entry().monotonic_usec, moment(25).monotonic_usec);
  EXPECT_EQ(reader.entry().boot_id, moment(25).boot_id);
  EXPECT_NE(reader.entry().xor_hash, 0U);
  const auto stored = reader.payloads();
  std::vector<std::string> payloads(stored.begin(), stored.end());
  std::sort(payloads.begin(), payloads.end());
  EXPECT_EQ(payloads, (std::vector<std::string>{"N=25", "NAMED=the same", "PARITY=1",
                                                "_BOOT_ID=" + reader.entry().boot_id.to_string()}));
  EXPECT_EQ(reader.value("PARITY"), "1");
  EXPECT_EQ(reader.value("NO_SUCH_FIELD"), std::nullopt);
}

TEST_F(JournalReaderSeeks, MatchesAreCombinedAsJournalctlCombinesThem) {
  JournalReader reader = open();
  const auto matching = [&](const std::vector<std::string_view>& terms) {
    reader.set_match(JournalMatch::parse(terms).value());
    reader.seek_head();
    return rest(reader);
  };
  EXPECT_EQ(matching({"N=3"}), (Numbers{3}));
  EXPECT_EQ(matching({"N=3", "N=30", "PARITY=0"}), (Numbers{30}));
  EXPECT_EQ(matching({"N=3", "PARITY=0", "+", "N=50", "N=51"}), (Numbers{50, 51}));
  EXPECT_EQ(matching({"N=61"}), Numbers{});
  EXPECT_EQ(matching({}).size(), 60U);
}

TEST_F(JournalReaderSeeks, MatchesAreCombinedByHand) {
  JournalReader reader = open();
  const auto odd = JournalMatch::field("PARITY", "1");
  reader.set_match(JournalMatch::all_of(
      {odd, JournalMatch::any_of({JournalMatch::field("N", "5"), JournalMatch::field("N", "6"),
                                  JournalMatch::field("N", "55")})}));
  EXPECT_EQ(rest(reader), (Numbers{5, 55}));
  reader.seek_tail();
  EXPECT_EQ(rest_backwards(reader), (Numbers{5, 55}));
  reader.set_match(JournalMatch::any_of({}));
  EXPECT_EQ(rest(reader).size(), 60U);
}

TEST_F(JournalReaderSeeks, TermsWithoutSenseAreErrors) {
  using Terms = std::vector<std::string_view>;
  for (const Terms& terms : {Terms{"N"}, Terms{"=3"}, Terms{""}, Terms{"+"}, Terms{"+", "N=3"},
                             Terms{"N=3", "+"}, Terms{"N=3", "+", "+", "N=4"}}) {
    const auto match = JournalMatch::parse(terms);
    ASSERT_FALSE(match);
    EXPECT_EQ(match.error().code, Errc::kInvalidArgument);
  }
}

TEST_F(JournalReaderSeeks, FieldsAndValuesComeFromTheIndexOnce) {
  JournalReader reader = open();
  std::vector<std::string> fields;
  reader.for_each_field([&fields](std::string_view name) {
    fields.emplace_back(name);
    return true;
  });
  EXPECT_EQ(fields, (std::vector<std::string>{"N", "NAMED", "PARITY", "_BOOT_ID"}));
  std::vector<std::string> values;
  reader.for_each_value("PARITY", [&values](std::string_view value) {
    values.emplace_back(value);
    return true;
  });
  std::sort(values.begin(), values.end());
  EXPECT_EQ(values, (std::vector<std::string>{"0", "1"}));
}

TEST_F(JournalReaderTest, EntriesFoundInTwoFilesAreShownOnce) {
  add_file("a.journal", 1, 40);
  std::filesystem::copy_file(path("a.journal"), path("copy.journal"));
  add_file("b.journal", 41, 60);
  JournalReader reader = open();
  EXPECT_EQ(rest(reader), journal::test::numbers(1, 60));
  reader.seek_tail();
  EXPECT_EQ(rest_backwards(reader), journal::test::numbers(1, 60));
}

TEST_F(JournalReaderTest, FilesOfOverlappingTimesAreMerged) {
  const auto a = FileWriter::create(path("a.journal"), journal::test::small_file()).value();
  const auto b = FileWriter::create(path("b.journal"), journal::test::small_file()).value();
  for (std::uint64_t n = 1; n <= 60; ++n)
    append(n % 3 == 0 ? *a : *b, n);
  ASSERT_TRUE(a->close());
  ASSERT_TRUE(b->close());

  JournalReader reader = open();

  EXPECT_EQ(rest(reader), journal::test::numbers(1, 60));
  reader.seek_tail();
  EXPECT_EQ(rest_backwards(reader), journal::test::numbers(1, 60));
}

TEST_F(JournalReaderTest, DamageIsToldOnceAndPassed) {
  add_file("a.journal", 1, 20);
  std::ofstream(path("empty.journal")) << "not a journal";
  std::vector<JournalDamage> damages;
  JournalReaderOptions options;
  options.on_damage = [&damages](const JournalDamage& damage) { damages.push_back(damage); };
  JournalReader reader = JournalReader::open_directory(directory_.path(), options).value();

  EXPECT_EQ(rest(reader), journal::test::numbers(1, 20));
  reader.seek_head();
  EXPECT_EQ(rest(reader).size(), 20U);

  ASSERT_EQ(damages.size(), 1U);
  EXPECT_EQ(damages[0].path, path("empty.journal"));
  EXPECT_FALSE(damages[0].reason.empty());
}

TEST_F(JournalReaderTest, OnlyTheFilesThatAreWantedAreRead) {
  add_file("a.journal", 1, 20);
  add_file("b.journal", 21, 40);
  JournalReaderOptions options;
  options.wants = [](std::string_view file) { return file.ends_with("b.journal"); };
  JournalReader reader = JournalReader::open_directory(directory_.path(), options).value();
  EXPECT_EQ(rest(reader), journal::test::numbers(21, 40));
}

TEST_F(JournalReaderTest, WhatIsMissingIsAnErrorUnlessItMayAppear) {
  EXPECT_EQ(JournalReader::open_directory(path("none")).error().sys_errno, ENOENT);
  EXPECT_EQ(JournalReader::open_files({path("none.journal")}).error().sys_errno, ENOENT);
  auto reader = JournalReader::open_directories({path("none")});
  ASSERT_TRUE(reader);
  EXPECT_FALSE(reader->next());
}

TEST_F(JournalReaderTest, ReadsMoreArchivedFilesThanAProcessMayHaveOpen) {
  constexpr std::uint64_t kFiles = 100;
  for (std::uint64_t n = 1; n <= kFiles; ++n) {
    const auto file = writer(path("system.journal"), n - 1);
    append(*file, n);
    ASSERT_TRUE(file->archive());
  }
  const logq::test::DescriptorLimit few(32);

  JournalReader reader = open();
  const Numbers all = rest(reader);

  EXPECT_EQ(all, journal::test::numbers(1, kFiles));
}

TEST_F(JournalReaderTest, FollowsAFileAndItsSuccessor) {
  const auto first = writer(path("system.journal"), 0);
  append(*first, 1);
  JournalReader reader = open();
  const int fd = reader.watch_fd().value();
  EXPECT_EQ(rest(reader), (Numbers{1}));

  append(*first, 2);
  ASSERT_TRUE(first->close());
  add_file("next.journal", 3, 4);

  pollfd ready{fd, POLLIN, 0};
  ASSERT_EQ(::poll(&ready, 1, 60'000), 1);
  ASSERT_TRUE(reader.process_changes());
  EXPECT_EQ(rest(reader), (Numbers{2, 3, 4}));
}

TEST_F(JournalReaderTest, AllocatesNothingPerEntry) {
  const auto file = writer(path("a.journal"), 0);
  for (std::uint64_t n = 1; n <= 3000; ++n)
    append(*file, n);
  ASSERT_TRUE(file->close());
  JournalReader reader = open();
  const auto walk = [&reader](std::uint64_t entries) {
    std::uint64_t bytes = 0;
    while (entries-- > 0 && reader.next()) {
      bytes += reader.entry().seqnum + reader.value("N")->size();
      for (const std::string_view payload : reader.payloads())
        bytes += payload.size();
    }
    return bytes;
  };
  ASSERT_GT(walk(500), 0U);  // buffers have their size now

  const std::uint64_t before = test::allocation_count();
  ASSERT_GT(walk(2000), 0U);

  EXPECT_EQ(test::allocation_count() - before, 0U);
}

// Of two files that are merged, and of those alone that have a value.
TEST_F(JournalReaderTest, AllocatesNothingPerMergedOrMatchingEntryInEitherDirection) {
  const auto a = FileWriter::create(path("a.journal"), journal::test::small_file()).value();
  const auto b = FileWriter::create(path("b.journal"), journal::test::small_file()).value();
  for (std::uint64_t n = 1; n <= 3000; ++n)
    append(n % 3 == 0 ? *a : *b, n);
  ASSERT_TRUE(a->close());
  ASSERT_TRUE(b->close());
  JournalReader reader = open();
  const auto payloads_of = [&reader](std::uint64_t entries, bool forward) {
    std::uint64_t payloads = 0;
    while (entries-- > 0 && (forward ? reader.next() : reader.previous()))
      payloads += reader.payloads().size();
    return payloads;
  };
  for (const JournalMatch& match : {JournalMatch(), JournalMatch::field("PARITY", "1")}) {
    for (const bool forward : {true, false}) {
      reader.set_match(match);
      forward ? reader.seek_head() : reader.seek_tail();
      ASSERT_EQ(payloads_of(300, forward), 1200U);

      const std::uint64_t before = test::allocation_count();
      ASSERT_EQ(payloads_of(1000, forward), 4000U);

      EXPECT_EQ(test::allocation_count() - before, 0U) << forward;
    }
  }
}

}  // namespace
}  // namespace logq
