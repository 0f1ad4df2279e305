// Files that end too early: small ones at every byte, a large one around every object. What lies
// before the cut, with what leads to it, is delivered (sound_file.h), and never less than
// libsystemd delivers.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

#include <gtest/gtest.h>

#include "base/io.h"
#include "damage/libsystemd_count.h"
#include "damage/sound_file.h"
#include "journal/file_writer.h"
#include "journal/header_report.h"
#include "journal/salvage.h"
#include "journal/verify.h"
#include "journal_operations.h"
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

class CutFile : public testing::Test {
 protected:
  void begin(std::string bytes) {
    bytes_ = std::move(bytes);
    write_text_file(path_, bytes_);
    fd_ = base::open_file(path_, O_RDWR).value();
    sound_.emplace(bytes_, path_);
  }
  void cut(std::uint64_t size) const {
    ASSERT_EQ(::ftruncate(fd_.get(), static_cast<off_t>(size)), 0);
  }
  void expect_all_readable(std::uint64_t size) const {
    const auto readable = sound_->readable_within(size);
    EXPECT_TRUE(has_all(walk(path_, Direction::kForward), readable)) << size;
    EXPECT_TRUE(has_all(walk(path_, Direction::kBackward), readable)) << size;
  }

  TempDir directory_ = TempDir::in_memory();
  std::string path_ = directory_.path() + "/cut.journal";
  std::string bytes_;
  base::UniqueFd fd_;
  std::optional<SoundFile> sound_;
};

class SmallCutFile : public CutFile, public testing::WithParamInterface<TinyShape> {
 protected:
  void SetUp() override { begin(make_tiny_journal(directory_.path(), GetParam())); }
};

INSTANTIATE_TEST_SUITE_P(
    Shapes,
    SmallCutFile,
    testing::Values(TinyShape{true, true, true, Compression::kZstd, FileState::kOnline, 12},
                    TinyShape{true, false, true, Compression::kLz4, FileState::kOffline, 6},
                    TinyShape{false, true, true, Compression::kXz, FileState::kArchived, 6},
                    TinyShape{false, false, false, Compression::kZstd, FileState::kOnline, 6}));

TEST_P(SmallCutFile, GivesAllThatLiesBeforeTheCut) {
  for (std::uint64_t size = bytes_.size(); size-- > 0;) {
    cut(size);
    expect_all_readable(size);
  }
}

TEST_P(SmallCutFile, StopsNoOperation) {
  const auto whole = Journal::open_files({path_});
  ASSERT_TRUE(whole);
  const fuzz::Probe known = fuzz::choose_probe(**whole, 2 + (0x0404040404ULL << 8));
  for (std::uint64_t size = bytes_.size(); size-- > 0;) {
    cut(size);
    EXPECT_LE(fuzz::walk_forward(**whole).entries, sound_->entries().size());
    std::ignore = (*whole)->process_changes();
    if (const auto journal = Journal::open_files({path_})) {
      for (const fuzz::JournalOperation& operation : fuzz::journal_operations())
        operation.run(**journal, known);
    }
    std::ignore = journal::describe_header(path_);
    // Files that are being written to are looked at again after a pause.
    if (GetParam().state == FileState::kOnline && size % 64 != 0) continue;
    const auto verdict = journal::verify_file(path_);
    EXPECT_FALSE(verdict && !verdict->failure) << size;
  }
}

TEST_P(SmallCutFile, GivesNoLessThanToLibsystemd) {
  std::vector<int> ours;
  for (std::uint64_t size = bytes_.size(); size-- > 0;) {
    cut(size);
    ours.push_back(static_cast<int>(walk(path_, Direction::kForward).size()));
  }
  write_text_file(path_, bytes_);
  const auto theirs = count_by_libsystemd(path_, ours.size(), [this](std::size_t i) {
    std::ignore = ::truncate(path_.c_str(), static_cast<off_t>(bytes_.size() - 1 - i));
  });

  for (std::size_t i = 0; i < ours.size(); ++i)
    EXPECT_GE(ours[i], theirs[i]) << bytes_.size() - 1 - i;
}

TEST_P(SmallCutFile, IsRecoveredAsFarAsItGoes) {
  const std::string active = directory_.path() + "/system.journal";
  for (std::uint64_t size = bytes_.size(); size >= sizeof(journal::Header);
       size -= std::min<std::uint64_t>(size, static_cast<std::uint64_t>(rounds(13, 1)))) {
    write_text_file(active, bytes_.substr(0, size));
    std::size_t whole = 0;
    for (const SoundFile::Entry& entry : sound_->entries()) {
      if (std::ranges::all_of(entry.own, [size](const ByteRange& own) { return own.end <= size; }))
        ++whole;
    }

    const auto report = journal::salvage(active, {});

    ASSERT_TRUE(report) << size;
    EXPECT_EQ(report->entries, whole) << size;
    EXPECT_EQ(walk(report->path, Direction::kForward).size(), whole) << size;
    std::filesystem::remove(report->path);
  }
}

// Of two thousand entries, with chains of arrays for all of them and for many values.
class LargeCutFile : public CutFile {
 protected:
  void SetUp() override {
    const std::string path = directory_.path() + "/large.journal";
    journal::WriterOptions options;
    options.max_size_bytes = std::uint64_t{4} << 20;
    const auto writer = journal::FileWriter::create(path, options).value();
    for (int i = 0; i < kEntries; ++i)
      append(*writer, static_cast<std::uint64_t>(i));
    ASSERT_TRUE(writer->close());
    fuzz::JournalImage image(read_text_file(path));
    image.recount();
    for (const fuzz::ImageObject& object : image.objects())
      boundaries_.push_back(object.offset);
    boundaries_.push_back(image.bytes().size());
    begin(image.take());
  }

  static void append(journal::FileWriter& writer, std::uint64_t i) {
    Id128 boot;
    boot.bytes.fill(0x11);
    std::vector<std::string> fields{"MESSAGE=entry " + std::to_string(i),
                                    "GROUP=" + std::to_string(i % 7), "SERVICE=test"};
    if (i % 50 == 0) fields.push_back("LONG=" + std::string(3000, 'x') + std::to_string(i));
    const std::vector<std::string_view> views(fields.begin(), fields.end());
    ASSERT_TRUE(writer.append({1'700'000'000'000'000 + i * 1000, i * 1000, boot}, views));
  }

  // Looks at the end only: the last entry that must be there is, from the tail and by its number.
  void expect_last_readable(std::uint64_t size) const {
    const auto& entries = sound_->entries();
    const auto lost = std::ranges::find_if(
        entries, [size](const SoundFile::Entry& entry) { return entry.whole_until > size; });
    if (lost == entries.begin()) return;
    const ReadEntry& last = (lost - 1)->content;
    const auto journal = Journal::open_files({path_});
    ASSERT_TRUE(journal) << size;
    (*journal)->seek_tail();
    ASSERT_TRUE((*journal)->previous()) << size;
    EXPECT_GE((*journal)->entry().seqnum, last.seqnum) << size;
    (*journal)->seek_realtime(last.realtime_usec);
    ASSERT_TRUE((*journal)->next()) << size;
    EXPECT_EQ((*journal)->entry().seqnum, last.seqnum) << size;
  }

  static constexpr int kEntries = 2000;
  std::vector<std::uint64_t> boundaries_;
};

TEST_F(LargeCutFile, GivesAllThatLiesBeforeACutAroundAnyObject) {
  ASSERT_GT(boundaries_.size(), 3000U);
  const auto every = static_cast<std::size_t>(rounds(97, 5));
  for (std::size_t i = boundaries_.size(); i-- > 0;) {
    for (const std::uint64_t size : {boundaries_[i] + 1, boundaries_[i], boundaries_[i] - 1}) {
      if (size > bytes_.size()) continue;
      cut(size);
      expect_last_readable(size);
      if (i % every == 0) expect_all_readable(size);
    }
  }
}

TEST_F(LargeCutFile, GivesNoLessThanToLibsystemd) {
  const auto every = static_cast<std::size_t>(rounds(31, 3));
  std::vector<std::uint64_t> sizes;
  for (std::size_t i = boundaries_.size(); i > every; i -= every)
    sizes.push_back(boundaries_[i - 1]);
  std::vector<int> ours;
  for (const std::uint64_t size : sizes) {
    cut(size);
    ours.push_back(static_cast<int>(walk(path_, Direction::kForward).size()));
  }
  write_text_file(path_, bytes_);
  const auto theirs = count_by_libsystemd(path_, sizes.size(), [&](std::size_t i) {
    std::ignore = ::truncate(path_.c_str(), static_cast<off_t>(sizes[i]));
  });

  for (std::size_t i = 0; i < sizes.size(); ++i)
    EXPECT_GE(ours[i], theirs[i]) << sizes[i];
}

}  // namespace
}  // namespace logq::test
