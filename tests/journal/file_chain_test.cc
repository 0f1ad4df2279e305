// Files read one after the other against the same files merged: random sets of several sequences
// and boots that follow each other, overlap or are there twice; random walks from every kind of
// seek.
#include "journal/file_chain.h"

#include <algorithm>
#include <random>

#include <gtest/gtest.h>

#include "journal/archive_series.h"
#include "journal/directory.h"
#include "journal/file_set.h"
#include "journal/journal.h"
#include "journal/writer_support.h"
#include "support/long_tests.h"

namespace logq::journal::test {
namespace {

std::unique_ptr<Journal> open_chain(const std::string& directory) {
  auto journal = Journal::open_directory(directory, {});
  return journal ? std::move(*journal) : nullptr;
}

// How many series there are whose archives wait unopened.
std::size_t n_series(const std::string& directory) {
  return find_series(journal_files(directory).value()).series.size();
}

std::string name_of(const PlacedEntry& entry) {
  return entry.seqnum_id.to_string() + " " + std::to_string(entry.info.seqnum);
}

std::string name_of(const Journal& journal) {
  return journal.cursor().seqnum_id->to_string() + " " + std::to_string(*journal.cursor().seqnum);
}

std::vector<std::string> read(Journal& journal, bool forward) {
  forward ? journal.seek_head() : journal.seek_tail();
  std::vector<std::string> found;
  while (forward ? journal.next() : journal.previous())
    found.push_back(name_of(journal));
  if (!forward) std::reverse(found.begin(), found.end());
  return found;
}

std::vector<std::string> names(const FileSet& set) {
  std::vector<std::string> names;
  for (const PlacedEntry& entry : set.entries())
    names.push_back(name_of(entry));
  return names;
}

Cursor cursor_of(const PlacedEntry& entry) {
  return {.seqnum_id = entry.seqnum_id,
          .seqnum = entry.info.seqnum,
          .boot_id = entry.info.boot_id,
          .monotonic_usec = entry.info.monotonic_usec,
          .realtime_usec = entry.info.realtime_usec,
          .xor_hash = entry.info.xor_hash};
}

// Does the same to a journal with chains and to one without.
class Pair {
 public:
  Pair(const Shape& shape, unsigned seed) : set_(shape, seed, 300), random_(seed) {
    // Where the clock goes back inside a file, a search by time finds one place of several. Other
    // sequences are searched by time when a number is sought that is not there.
    seeks_by_time_ = !shape.clock_is_set;
  }

  [[nodiscard]] const FileSet& set() const { return set_; }
  Journal& chained() { return *chained_; }
  Journal& merged() { return *merged_; }

  void match_something() {
    const std::vector<Match> matches{Match(), Match::exactly("SIDE=rare"),
                                     Match::exactly("SIDE=common")};
    both([match = matches[below(3)]](Journal& journal) { journal.set_match(match); });
  }

  void seek_somewhere() {
    const PlacedEntry target = set_.entries()[below(set_.entries().size())];
    const std::uint64_t shift = below(25) - std::min<std::size_t>(below(25), 12);
    switch (below(seeks_by_time_ ? 6 : 5)) {
      case 0:
        return both([](Journal& journal) { journal.seek_head(); });
      case 1:
        return both([](Journal& journal) { journal.seek_tail(); });
      case 2:
        return both([&](Journal& journal) { journal.seek_cursor(cursor_of(target)); });
      case 3:
        return both([&](Journal& journal) {
          journal.seek_monotonic(target.info.boot_id, target.info.monotonic_usec + shift);
        });
      case 4:
        return both([&, by = seeks_by_time_ ? shift : 0](Journal& journal) {
          journal.seek_seqnum(target.seqnum_id, target.info.seqnum + by);
        });
      default:
        return both(
            [&](Journal& journal) { journal.seek_realtime(target.info.realtime_usec + shift); });
    }
  }

  // Of what waits unopened; both must go on as before.
  void open_all() {
    if (chained_->files().size() != merged_->files().size())
      ADD_FAILURE() << "not all are open_chain";
  }

  // So that archives wait unopened again.
  void begin_anew() { chained_ = open_chain(set_.path()); }

  void expect_equal_steps() {
    bool forward = below(2) == 0;
    for (std::size_t step = below(80); step > 0; --step) {
      const bool found = forward ? chained_->next() : chained_->previous();
      ASSERT_EQ(found, forward ? merged_->next() : merged_->previous());
      if (found) {
        ASSERT_EQ(name_of(*chained_), name_of(*merged_));
      }
      if (below(15) == 0) forward = !forward;
    }
  }

 private:
  std::size_t below(std::size_t bound) { return random_() % bound; }
  template <typename Action>
  void both(Action action) {
    action(*chained_);
    action(*merged_);
  }

  FileSet set_;
  std::mt19937 random_;
  bool seeks_by_time_ = true;
  std::unique_ptr<Journal> chained_ = open_chain(set_.path());
  std::unique_ptr<Journal> merged_ = open_chain(set_.path_without_chains());
};

constexpr Shape kOrdered[] = {
    {.name = "Touching", .overlaps = false},
    {.name = "TouchingOfTwoSequences", .sequences = 2, .overlaps = false},
    {.name = "OverlappingOfThreeSequences", .sequences = 3},
    {.name = "AllArchived", .sequences = 2, .leaves_one_live = false},
    {.name = "OfThreeUsers", .users = 3, .overlaps = false},
    {.name = "AtEqualTimes", .sequences = 2, .equal_times = true},
    {.name = "OfOneSequenceWhoseClockIsSet", .equal_times = true, .clock_is_set = true},
    {.name = "OfOneBootWhoseClockIsSet",
     .sequences = 2,
     .entries_per_boot = 1'000,
     .clock_is_set = true},
    {.name = "InASeries", .overlaps = false, .in_series = true},
    {.name = "InSeriesOfThreeUsers", .users = 3, .overlaps = false, .in_series = true},
    {.name = "InSeriesOfTwoSequences", .sequences = 2, .users = 2, .in_series = true},
    {.name = "InSeriesWithLyingHeaders",
     .users = 2,
     .overlaps = false,
     .headers_lie = true,
     .leaves_one_live = false,
     .in_series = true},
    {.name = "InSeriesWhoseClockIsSet",
     .equal_times = true,
     .clock_is_set = true,
     .in_series = true},
    {.name = "WithLyingHeaders", .sequences = 2, .headers_lie = true},
    {.name = "OfTwoUsersWithLyingHeaders", .users = 2, .overlaps = false, .headers_lie = true},
};

class FileChains : public testing::TestWithParam<Shape> {};

INSTANTIATE_TEST_SUITE_P(Sets, FileChains, testing::ValuesIn(kOrdered), [](const auto& shape) {
  return shape.param.name;
});

TEST_P(FileChains, ReadWhatTheFilesHoldInJournaldsOrder) {
  const auto last = static_cast<unsigned>(logq::test::rounds(4, 10));
  for (unsigned seed = 1; seed <= last; ++seed) {
    Pair pair(GetParam(), seed);
    ASSERT_TRUE(pair.set().has_order()) << seed;
    EXPECT_EQ(n_series(pair.set().path()) > 0, GetParam().in_series);
    for (const bool forward : {true, false}) {
      EXPECT_EQ(read(pair.chained(), forward), names(pair.set())) << seed;
      EXPECT_EQ(read(pair.merged(), forward), names(pair.set())) << seed;
    }
  }
}

TEST_P(FileChains, StepAsAMergeOfAllFilesDoesFromEverySeek) {
  const auto last = static_cast<unsigned>(logq::test::rounds(14, 20));
  for (unsigned seed = 11; seed <= last; ++seed) {
    Pair pair(GetParam(), seed);
    for (int walk = 0; walk < 150; ++walk) {
      if (walk % 10 == 5) pair.begin_anew();
      if (walk % 10 == 5 || walk % 10 == 9) pair.match_something();
      pair.seek_somewhere();
      pair.expect_equal_steps();
      if (walk % 30 == 20) pair.open_all();
      if (walk % 3 == 1) pair.expect_equal_steps();
      ASSERT_FALSE(testing::Test::HasFailure()) << seed << ", walk " << walk;
    }
  }
}

// Boots, clocks and sequences can contradict each other. Then there is no right order, but still
// each entry once, and those of a sequence by number.
TEST(FileChainsWithoutAnOrder, LoseNothing) {
  const Shape shape{.sequences = 3, .entries_per_boot = 20, .clock_is_set = true};
  int circular = 0;
  for (unsigned seed = 1; seed <= 5; ++seed) {
    Pair pair(shape, seed);
    circular += pair.set().has_order() ? 0 : 1;
    std::vector<std::string> expected = names(pair.set());
    std::sort(expected.begin(), expected.end());
    for (const bool forward : {true, false}) {
      std::vector<std::string> found = read(pair.chained(), forward);
      std::sort(found.begin(), found.end());
      found.erase(std::unique(found.begin(), found.end()), found.end());
      EXPECT_EQ(found, expected) << seed;
    }
  }
  EXPECT_GT(circular, 0);
}

std::vector<std::unique_ptr<FileSource>> sources_in(const std::string& directory,
                                                    const Match& match) {
  static const Narrowing kNone;
  std::vector<std::unique_ptr<FileSource>> sources;
  for (const std::string& name : files_in(directory)) {
    auto reader = FileReader::open(directory + "/" + name);
    if (reader) sources.push_back(std::make_unique<FileSource>(std::move(*reader), match, kNone));
  }
  return sources;
}

bool is_archived(const FileSource& source) {
  return source.reader().info().state == FileState::kArchived;
}

TEST(FormChains, MakesOneOfFilesThatLieApartAndLeavesTheLiveOneOut) {
  const FileSet set({.overlaps = false}, 1, 300);
  const Match everything;
  const auto sources = sources_in(set.path(), everything);

  EXPECT_EQ(form_chains(sources).size(), 1U);
  for (const auto& source : sources)
    EXPECT_EQ(source->chain().has_value(), is_archived(*source));
}

TEST(FormChains, MakesAsManyAsRangesOverlap) {
  const FileSet set({.sequences = 2}, 1, 300);
  const Match everything;
  const auto sources = sources_in(set.path(), everything);

  const auto chains = form_chains(sources);

  EXPECT_GT(chains.size(), 2U);
  for (const auto& a : sources) {
    for (const auto& b : sources) {
      if (a == b || !a->chain() || a->chain() != b->chain()) continue;
      const FileInfo& one = a->reader().info();
      const FileInfo& other = b->reader().info();
      EXPECT_EQ(one.seqnum_id, other.seqnum_id);
      EXPECT_TRUE(one.tail_entry_seqnum < other.head_entry_seqnum ||
                  other.tail_entry_seqnum < one.head_entry_seqnum);
    }
  }
}

TEST(FormChains, LeavesOutAFileWhoseEndIsNotWhatItsHeaderSays) {
  const FileSet set({.overlaps = false, .headers_lie = true}, 1, 300);
  const Match everything;
  const auto sources = sources_in(set.path(), everything);
  form_chains(sources);
  int liars = 0;
  for (const auto& source : sources) {
    if (!source->chain()) continue;
    const bool fits = source->confirm(FileEnd::kFirst) && source->confirm(FileEnd::kLast);
    liars += fits ? 0 : 1;
  }
  ASSERT_GT(liars, 0);

  form_chains(sources);

  for (const auto& source : sources)
    EXPECT_TRUE(!source->chain() || source->is_trusted());
}

}  // namespace
}  // namespace logq::journal::test
