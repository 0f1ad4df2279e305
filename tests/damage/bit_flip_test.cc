// Every single bit of a small file, turned round: whatever is asked of the file ends, and what the
// bit does not belong to is delivered as before (sound_file.h says what belongs to what).
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <iterator>

#include <gtest/gtest.h>

#include "base/io.h"
#include "damage/libsystemd_count.h"
#include "damage/sound_file.h"
#include "journal/header_report.h"
#include "journal/salvage.h"
#include "journal/verify.h"
#include "journal_operations.h"
#include "logq/journal_reader.h"
#include "support/child_process.h"
#include "support/long_tests.h"
#include "support/temp_dir.h"
#include "tiny_journal.h"

namespace logq::test {
namespace {

using fuzz::TinyShape;
using journal::Compression;
using journal::Direction;
using journal::FileState;
using journal::Journal;

// Some bits of a file: `first`, and every `step`-th behind it.
struct SomeBits {
  TinyShape shape;
  std::uint64_t first;
  std::uint64_t step;
};

std::vector<TinyShape> all_shapes() {
  std::vector<TinyShape> shapes;
  int number = 0;
  for (const bool compact : {true, false}) {
    for (const bool keyed : {true, false}) {
      for (const Compression kind : {Compression::kZstd, Compression::kLz4, Compression::kXz}) {
        const auto state = static_cast<FileState>(number++ % 3);
        shapes.push_back({compact, keyed, true, kind, state, 6});
      }
      shapes.push_back({compact, keyed, false, Compression::kZstd, FileState::kOnline, 6});
    }
  }
  return shapes;
}

// Under --long every bit of every kind; else every third of the first kind, each bit of a byte
// among them, and some of the others. Those of the first are shared among several tests, which may
// run side by side. There must be as many tests either way: ctest knows those of the default suite.
std::vector<SomeBits> all_bits() {
  constexpr std::uint64_t kParts = 3;
  std::vector<SomeBits> all;
  for (const TinyShape& shape : all_shapes()) {
    const auto step = static_cast<std::uint64_t>(all.empty() ? rounds(3, 1) : rounds(53, 1));
    const std::uint64_t parts = all.empty() ? kParts : 1;
    for (std::uint64_t part = 0; part < parts; ++part)
      all.push_back({shape, part * step, parts * step});
  }
  return all;
}

// Values are stored in the order of their DATA objects, which recover makes anew.
bool has_all_sorted(std::vector<ReadEntry> delivered,
                    const std::vector<const ReadEntry*>& expected) {
  for (ReadEntry& entry : delivered)
    std::ranges::sort(entry.payloads);
  return std::ranges::all_of(expected, [&delivered](const ReadEntry* wanted) {
    ReadEntry sorted = *wanted;
    std::ranges::sort(sorted.payloads);
    return std::ranges::find(delivered, sorted) != delivered.end();
  });
}

// All archives that recover has made, each of which must be sound: a time that was damaged may have
// made it begin another one.
std::vector<ReadEntry> walk_archives(const std::string& directory) {
  std::vector<ReadEntry> all;
  for (const auto& file : std::filesystem::directory_iterator(directory)) {
    if (!file.path().filename().string().starts_with("system@")) continue;
    if (file.path().extension() != ".journal") continue;
    const auto verdict = journal::verify_file(file.path());
    EXPECT_TRUE(verdict && !verdict->failure) << file.path();
    std::ranges::move(walk(file.path(), Direction::kForward), std::back_inserter(all));
  }
  return all;
}

void remove_archives(const std::string& directory) {
  for (const auto& file : std::filesystem::directory_iterator(directory)) {
    if (file.path().filename().string().starts_with("system@")) {
      std::filesystem::remove(file.path());
    }
  }
}

class FlippedBit : public testing::TestWithParam<SomeBits> {
 protected:
  void put(std::uint64_t at, char byte) const {
    ASSERT_EQ(::pwrite(fd_.get(), &byte, 1, static_cast<off_t>(at)), 1);
  }
  void flip(std::uint64_t bit) const {
    put(bit / 8, static_cast<char>(bytes_[bit / 8] ^ (1 << bit % 8)));
  }
  void restore(std::uint64_t bit) const { put(bit / 8, bytes_[bit / 8]); }
  [[nodiscard]] std::vector<std::uint64_t> bits() const {
    std::vector<std::uint64_t> chosen;
    for (std::uint64_t bit = GetParam().first; bit < bytes_.size() * 8; bit += GetParam().step)
      chosen.push_back(bit);
    return chosen;
  }

  TempDir directory_ = TempDir::in_memory();
  std::string path_ = directory_.path() + "/flipped.journal";
  std::string bytes_ = make_tiny_journal(directory_.path(), GetParam().shape);
  base::UniqueFd fd_ = [this] {
    write_text_file(path_, bytes_);
    return base::open_file(path_, O_RDWR).value();
  }();
  SoundFile sound_{bytes_, path_};
};

INSTANTIATE_TEST_SUITE_P(Shapes, FlippedBit, testing::ValuesIn(all_bits()));

TEST_P(FlippedBit, LosesNoEntryThatItDoesNotBelongTo) {
  ASSERT_EQ(sound_.entries().size(), 6U);
  std::size_t lost = 0;
  for (const std::uint64_t bit : bits()) {
    flip(bit);
    const auto forward = walk(path_, Direction::kForward);
    const auto backward = walk(path_, Direction::kBackward);
    restore(bit);

    const auto readable = sound_.readable_despite({bit / 8, bit / 8 + 1});
    EXPECT_TRUE(has_all(forward, readable)) << "byte " << bit / 8 << " bit " << bit % 8;
    EXPECT_TRUE(has_all(backward, readable)) << "byte " << bit / 8 << " bit " << bit % 8;
    EXPECT_LE(forward.size(), 6U) << bit;
    lost += 6 - readable.size();
  }
  EXPECT_GT(lost, 0U);
}

// An entry that is there itself and has lost a value is delivered with the others.
TEST_P(FlippedBit, InAValueLeavesTheOthersOfItsEntry) {
  for (const std::uint64_t bit : bits()) {
    const ByteRange damage{bit / 8, bit / 8 + 1};
    const auto value_hit = [&damage](const SoundFile::Entry& entry) {
      return std::find_if(entry.own.begin() + 1, entry.own.end(),
                          [&](const ByteRange& range) { return range.touches(damage); });
    };
    const auto is_hit = [&](const SoundFile::Entry& entry) {
      return value_hit(entry) != entry.own.end();
    };
    if (std::ranges::none_of(sound_.entries(), is_hit)) continue;
    flip(bit);
    const auto forward = walk(path_, Direction::kForward);
    restore(bit);

    for (const SoundFile::Entry& entry : sound_.entries()) {
      const auto hit = value_hit(entry);
      if (hit == entry.own.end()) continue;
      const auto found = std::ranges::find(forward, entry.content.seqnum, &ReadEntry::seqnum);
      ASSERT_NE(found, forward.end()) << "byte " << bit / 8 << " bit " << bit % 8;
      const std::string& lost =
          entry.content.payloads[static_cast<std::size_t>(hit - entry.own.begin()) - 1];
      for (const std::string& payload : entry.content.payloads) {
        if (payload == lost) continue;
        EXPECT_TRUE(std::ranges::count(found->payloads, payload) == 1)
            << "byte " << bit / 8 << " bit " << bit % 8 << ": " << payload;
      }
    }
  }
}

// What other programs see: entries, their values and what is told of damage.
struct Read {
  std::size_t entries = 0;
  std::size_t payloads = 0;
  std::size_t damages = 0;
};

Read read_by_journal_reader(const std::string& path, Direction direction) {
  Read read;
  JournalReaderOptions options;
  options.on_damage = [&read](const JournalDamage& damage) {
    EXPECT_FALSE(damage.reason.empty());
    ++read.damages;
  };
  auto reader = JournalReader::open_files({path}, std::move(options));
  if (!reader) return {.damages = 1};
  const bool forward = direction == Direction::kForward;
  if (!forward) reader->seek_tail();
  while (forward ? reader->next() : reader->previous()) {
    ++read.entries;
    read.payloads += reader->payloads().size();
  }
  return read;
}

// Of a file that is written to, what lies behind its end may not be there yet.
class FlippedBitOfClosedFile : public FlippedBit {
 protected:
  // Less than there is, and nothing that contradicts it but what only verify looks at.
  [[nodiscard]] bool may_understate(std::uint64_t byte) const {
    const ByteRange damage{byte, byte + 1};
    const ByteRange count{offsetof(journal::Header, n_entries),
                          offsetof(journal::Header, n_entries) + sizeof(journal::Le64)};
    return count.touches(damage) ||
           std::ranges::any_of(sound_.entries(), [&damage](const SoundFile::Entry& entry) {
             const std::uint64_t size = entry.own[0].begin + offsetof(journal::ObjectHeader, size);
             return ByteRange{size, size + sizeof(journal::Le64)}.touches(damage);
           });
  }
};

std::vector<SomeBits> bits_of_closed() {
  auto all = all_bits();
  std::erase_if(all, [](const SomeBits& some) { return some.shape.state == FileState::kOnline; });
  return all;
}

INSTANTIATE_TEST_SUITE_P(Shapes, FlippedBitOfClosedFile, testing::ValuesIn(bits_of_closed()));

TEST_P(FlippedBitOfClosedFile, IsToldOfWhereverItCostsAnEntryOrAValue) {
  const Read whole = read_by_journal_reader(path_, Direction::kForward);
  ASSERT_EQ(whole.entries, 6U);
  ASSERT_EQ(whole.damages, 0U);
  std::size_t told = 0;
  for (const std::uint64_t bit : bits()) {
    if (may_understate(bit / 8)) continue;
    flip(bit);
    for (const Direction direction : {Direction::kForward, Direction::kBackward}) {
      const Read read = read_by_journal_reader(path_, direction);
      const bool costs = read.entries < whole.entries || read.payloads < whole.payloads;
      EXPECT_TRUE(!costs || read.damages > 0)
          << "byte " << bit / 8 << " bit " << bit % 8 << ": " << read.entries << " entries, "
          << read.payloads << " values";
      told += costs ? 1 : 0;
    }
    restore(bit);
  }
  EXPECT_GT(told, 0U);
}

TEST_P(FlippedBit, StopsNoOperation) {
  for (const std::uint64_t bit : bits()) {
    const auto follower = Journal::open_files({path_});  // opened before the damage
    ASSERT_TRUE(follower);
    const fuzz::Probe known = fuzz::choose_probe(**follower, bit % 6 + (0x0404040404ULL << 8));
    flip(bit);
    std::ignore = (*follower)->process_changes();
    EXPECT_LE(fuzz::walk_forward(**follower).entries, 6U);
    if (const auto journal = Journal::open_files({path_})) {
      for (const fuzz::JournalOperation& operation : fuzz::journal_operations())
        EXPECT_LE(operation.run(**journal, known).entries, 24U) << operation.name << ' ' << bit;
    }
    // Files that are being written to are looked at again after a pause.
    if (GetParam().shape.state != FileState::kOnline) std::ignore = journal::verify_file(path_);
    std::ignore = journal::describe_header(path_);
    restore(bit);
  }
}

TEST_P(FlippedBit, HidesNoWholeEntryFromRecover) {
  const std::string active = directory_.path() + "/system.journal";
  const auto every = static_cast<std::uint64_t>(rounds(53, 1));
  for (const std::uint64_t bit : bits()) {
    if (bit % every != 0 || bit / 8 < sizeof(journal::Header)) continue;
    std::string bytes = bytes_;
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
    write_text_file(active, bytes);
    journal::WriterOptions options;
    options.max_size_bytes = std::uint64_t{512} << 10;

    const auto report = journal::salvage(active, options);

    ASSERT_TRUE(report) << bit;
    const auto recovered = walk_archives(directory_.path());
    EXPECT_TRUE(has_all_sorted(recovered, sound_.whole_despite({bit / 8, bit / 8 + 1})))
        << "byte " << bit / 8 << " bit " << bit % 8;
    remove_archives(directory_.path());
  }
}

TEST_P(FlippedBit, LeavesNoLessThanLibsystemdDelivers) {
  const std::vector<std::uint64_t> flipped = bits();
  std::vector<int> ours;
  for (const std::uint64_t bit : flipped) {
    flip(bit);
    ours.push_back(static_cast<int>(walk(path_, Direction::kForward).size()));
    restore(bit);
  }
  const std::vector<int> theirs = count_by_libsystemd(path_, flipped.size(), [&](std::size_t i) {
    if (i > 0) restore(flipped[i - 1]);
    flip(flipped[i]);
  });

  ASSERT_EQ(*std::ranges::max_element(theirs), 6);
  for (std::size_t i = 0; i < flipped.size(); ++i)
    EXPECT_GE(ours[i], theirs[i]) << "byte " << flipped[i] / 8 << " bit " << flipped[i] % 8;
}

}  // namespace
}  // namespace logq::test
