// The conformance matrix, first half: files that we write, of every kind and in every state, read
// by libsystemd, by journalctl and by our own readers.
#include <optional>
#include <set>
#include <tuple>

#include <gtest/gtest.h>

#include "base/jenkins.h"
#include "journal/conformance_checks.h"
#include "journal/conformance_entries.h"
#include "journal/file_header.h"
#include "journal/writer_support.h"
#include "support/journalctl.h"
#include "support/temp_dir.h"

namespace logq::journal::test {
namespace {

using logq::test::TempDir;
using logq::test::verify_file;

using Kind = std::tuple<bool, bool, std::optional<Compression>, FileState>;

std::string kind_name(const testing::TestParamInfo<Kind>& tested) {
  const auto& [compact, keyed, compression, state] = tested.param;
  constexpr const char* kCompressions[] = {"Zstd", "Lz4", "Xz"};
  constexpr const char* kStates[] = {"Offline", "Online", "Archived"};
  return std::string(compact ? "Compact" : "Regular") + (keyed ? "Keyed" : "Jenkins") +
         (compression ? kCompressions[static_cast<int>(*compression)] : "Plain") +
         kStates[static_cast<int>(state)];
}

// After a power loss a sequence goes on with a gap.
std::uint64_t seqnum_of(std::size_t i) {
  return i + 1 + (i >= 250 ? std::uint64_t{1} << 20 : 0);
}

// Each payload that was given goes into it, also one given twice.
std::uint64_t xor_hash_of(const SourceEntry& entry) {
  std::uint64_t hash = 0;
  for (const std::string& payload : entry.payloads)
    hash ^= base::jenkins_hash64(payload);
  return hash;
}

class OwnFile : public testing::TestWithParam<Kind> {
 protected:
  void SetUp() override {
    const auto& [compact, keyed, compression, state] = GetParam();
    WriterOptions options;
    options.max_size_bytes = std::uint64_t{8} << 20;
    options.compact = compact;
    options.keyed_hash = keyed;
    options.compress = compression.has_value();
    options.compression = compression.value_or(Compression::kZstd);
    writer_ = FileWriter::create(path_, options).value();
    ASSERT_NO_FATAL_FAILURE(write_hard_entries());
    if (state == FileState::kOffline) {
      ASSERT_TRUE(writer_->close());
    }
    if (state == FileState::kArchived) path_ = writer_->archive().value();
  }

  void write_hard_entries() {
    const auto entries = hard_entries();
    for (std::size_t i = 0; i < entries.size(); ++i) {
      const auto payloads = views(entries[i].payloads);
      const auto added = writer_->append_with_seqnum(entries[i].time, seqnum_of(i), payloads);
      ASSERT_TRUE(added) << added.error().message();
    }
  }

  TempDir directory_ = TempDir::in_memory();
  std::string path_ = directory_.path() + "/system.journal";
  std::unique_ptr<FileWriter> writer_;
};

INSTANTIATE_TEST_SUITE_P(
    Matrix,
    OwnFile,
    testing::Combine(
        testing::Bool(),
        testing::Bool(),
        testing::Values(std::nullopt, Compression::kZstd, Compression::kLz4, Compression::kXz),
        testing::Values(FileState::kOffline, FileState::kOnline, FileState::kArchived)),
    kind_name);

// What must be found, from what was written alone: stored payloads are compared as a set here, the
// cursor says number and hash.
TEST_P(OwnFile, HasAllThatWasWritten) {
  const auto written = hard_entries();
  const auto entries = entries_by_libsystemd(path_);
  ASSERT_EQ(entries.size(), written.size());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const Cursor cursor = *Cursor::parse(entries[i].cursor);
    EXPECT_EQ(cursor.seqnum, seqnum_of(i));
    EXPECT_EQ(cursor.xor_hash, xor_hash_of(written[i]));
    EXPECT_EQ(entries[i].realtime_usec, written[i].time.realtime_usec);
    EXPECT_EQ(entries[i].monotonic_usec, written[i].time.monotonic_usec);
    EXPECT_EQ(entries[i].boot_id, written[i].time.boot_id);
    const std::set<std::string> found(entries[i].payloads.begin(), entries[i].payloads.end());
    EXPECT_EQ(found.size(), entries[i].payloads.size());
    EXPECT_TRUE(found == std::set(written[i].payloads.begin(), written[i].payloads.end())) << i;
  }
}

TEST_P(OwnFile, IsWhatItsHeaderSaysAndPassesVerify) {
  const auto& [compact, keyed, compression, state] = GetParam();
  const Header header = *read_file_header(path_);
  EXPECT_EQ(header.state, state);
  EXPECT_EQ(header.incompatible_flags, (compact ? 0x10U : 0U) | (keyed ? 4U : 0U) |
                                           (compression ? header_flag(*compression) : 0U));
  const auto verified = verify_file(path_);
  EXPECT_EQ(verified.status, 0) << verified.out;
}

TEST_P(OwnFile, IsReadAlikeByAll) {
  const auto entries = entries_by_libsystemd(path_);
  ASSERT_FALSE(entries.empty());
  expect_same_entries(path_, entries);
  expect_same_look_ups(path_, entries);
  expect_same_seeks(path_, entries);
  expect_same_matches(path_, entries);
  expect_same_values(path_, entries);
  expect_same_export(path_, entries);
}

}  // namespace
}  // namespace logq::journal::test
