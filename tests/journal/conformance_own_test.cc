// The conformance matrix, first half: files that we write, of every kind and in every state, read
// by libsystemd, by journalctl and by our own readers.
#include <optional>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

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

constexpr std::optional<Compression> kCompressions[] = {std::nullopt, Compression::kZstd,
                                                        Compression::kLz4, Compression::kXz};

// Every pair of values that kinds differ in is in twelve of the 48: each compression in each state,
// and in these each layout with each hash.
bool is_in_the_default_suite(bool compact, bool keyed, std::size_t compression, std::size_t state) {
  const std::size_t layout = (compact ? 2U : 0U) + (keyed ? 1U : 0U);
  return (compression + state) % 4 == layout;
}

std::vector<Kind> kinds(bool in_the_default_suite) {
  std::vector<Kind> kinds;
  for (const bool compact : {false, true}) {
    for (const bool keyed : {false, true}) {
      for (std::size_t compression = 0; compression < std::size(kCompressions); ++compression) {
        for (std::size_t state = 0; state < 3; ++state) {
          if (is_in_the_default_suite(compact, keyed, compression, state) != in_the_default_suite)
            continue;
          kinds.emplace_back(compact, keyed, kCompressions[compression],
                             static_cast<FileState>(state));
        }
      }
    }
  }
  return kinds;
}

INSTANTIATE_TEST_SUITE_P(Matrix, OwnFile, testing::ValuesIn(kinds(true)), kind_name);
INSTANTIATE_TEST_SUITE_P(LongMatrix, OwnFile, testing::ValuesIn(kinds(false)), kind_name);

// One test for all of it, as the files take longer to write than each answer does.
TEST_P(OwnFile, IsOfItsKindPassesVerifyHasAllThatWasWrittenAndIsReadAlikeByAll) {
  const auto& [compact, keyed, compression, state] = GetParam();
  const Header header = *read_file_header(path_);
  EXPECT_EQ(header.state, state);
  EXPECT_EQ(header.incompatible_flags, (compact ? 0x10U : 0U) | (keyed ? 4U : 0U) |
                                           (compression ? header_flag(*compression) : 0U));
  const auto verified = verify_file(path_);
  EXPECT_EQ(verified.status, 0) << verified.out;
  expect_written(entries_by_libsystemd(path_), hard_entries(), seqnum_of);
  expect_read_alike_by_all(path_);
}

// One of each value of everything that kinds differ in.
class OwnFileOfSomeKind : public OwnFile {};

INSTANTIATE_TEST_SUITE_P(Matrix,
                         OwnFileOfSomeKind,
                         testing::Values(Kind{true, true, Compression::kZstd, FileState::kOnline},
                                         Kind{false, false, std::nullopt, FileState::kArchived},
                                         Kind{false, true, Compression::kLz4, FileState::kOffline},
                                         Kind{true, false, Compression::kXz, FileState::kOnline}),
                         kind_name);

TEST_P(OwnFileOfSomeKind, IsReadAlikeByOtherProgramsThroughJournalReader) {
  expect_read_alike_by_journal_reader(path_);
}

}  // namespace
}  // namespace logq::journal::test
