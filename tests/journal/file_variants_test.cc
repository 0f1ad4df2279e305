// What becomes of our files of every kind when they are continued or salvaged, and files of kinds
// that no program here writes, read by us and by journalctl. That all kinds which can be written
// here are read alike is for the conformance tests to say.
#include <unistd.h>

#include <algorithm>
#include <tuple>

#include <gtest/gtest.h>

#include "journal/file_header.h"
#include "journal/file_writer.h"
#include "journal/reader_support.h"
#include "journal/relocated_file.h"
#include "journal/salvage.h"
#include "journal/verify.h"
#include "journal/writer_support.h"
#include "support/child_process.h"
#include "support/journalctl.h"
#include "support/stock_journald.h"

namespace logq::test {
namespace {

using journal::Compression;
using journal::FileWriter;
using journal::Header;
using journal::Journal;
using journal::Match;
using journal::WriterOptions;
using journal::test::moment;
using journal::test::numbers;
using journal::test::seqnums_of;
using journal::test::service_entry;
using journal::test::small_file;

using Kind = std::tuple<bool, bool, std::optional<Compression>>;  // compact, keyed, compression

std::string kind_name(const testing::TestParamInfo<Kind>& tested) {
  const auto& [compact, keyed, compression] = tested.param;
  constexpr const char* kNames[] = {"Zstd", "Lz4", "Xz"};
  return std::string(compact ? "Compact" : "Regular") + (keyed ? "Keyed" : "Jenkins") +
         (compression ? kNames[static_cast<int>(*compression)] : "Plain");
}

std::string big_payload(std::uint64_t n) {
  return "TRACE=" + std::string(3000, 't') + std::to_string(n % 12);
}

// The entries of a file are equal for us and for journalctl: forward, backward, and selected by
// values that are stored as they are, compressed, often and rarely.
void expect_read_alike(const std::string& path, const std::vector<std::string>& matches) {
  auto journal = Journal::open_files({path});
  ASSERT_TRUE(journal) << journal.error().message();
  auto theirs = parse_export_entries(journalctl({"--file", path, "-o", "export"}).out);
  ASSERT_FALSE(theirs.empty());
  EXPECT_TRUE(read_forward(**journal) == theirs);
  std::reverse(theirs.begin(), theirs.end());
  EXPECT_TRUE(read_backward(**journal) == theirs);
  for (const std::string& match : matches) {
    theirs = parse_export_entries(journalctl({"--file", path, "-o", "export", match}).out);
    EXPECT_FALSE(theirs.empty()) << match.substr(0, 40);
    (*journal)->set_match(Match::exactly(match));
    EXPECT_TRUE(read_forward(**journal) == theirs) << match.substr(0, 40);
    std::reverse(theirs.begin(), theirs.end());
    EXPECT_TRUE(read_backward(**journal) == theirs) << match.substr(0, 40);
  }
}

class OwnFileOfKind : public testing::TestWithParam<Kind> {
 protected:
  void SetUp() override {
    if (!journalctl_installed()) GTEST_SKIP() << kNoJournalctl;
    const auto& [compact, keyed, compression] = GetParam();
    WriterOptions options = small_file();
    options.compact = compact;
    options.keyed_hash = keyed;
    options.compress = compression.has_value();
    options.compression = compression.value_or(Compression::kZstd);
    writer_ = FileWriter::create(path_, options).value();
  }
  void add(std::uint64_t first, std::uint64_t last) {
    for (std::uint64_t n = first; n <= last; ++n) {
      auto fields = service_entry(n);
      if (n % 10 == 0) fields.push_back(big_payload(n));
      if (n % 7 == 0) fields.push_back(fields.front());
      const auto added = writer_->append(moment(n), journal::test::views(fields));
      ASSERT_TRUE(added) << added.error().message();
    }
  }
  void expect_pass(const std::string& path) {
    const auto verified = verify_file(path);
    EXPECT_EQ(verified.status, 0) << verified.out;
  }

  TempDir directory_;
  std::string path_ = directory_.path() + "/system.journal";
  std::unique_ptr<FileWriter> writer_;
};

INSTANTIATE_TEST_SUITE_P(All,
                         OwnFileOfKind,
                         testing::Combine(testing::Bool(),
                                          testing::Bool(),
                                          testing::Values(std::nullopt,
                                                          Compression::kZstd,
                                                          Compression::kLz4,
                                                          Compression::kXz)),
                         kind_name);

TEST_P(OwnFileOfKind, HasItsLargeValuesCompressedOrNot) {
  add(1, 20);

  const auto& [compact, keyed, compression] = GetParam();
  const std::string bytes = read_file(path_);
  EXPECT_EQ(bytes.find(std::string(2000, 't')) == std::string::npos, compression.has_value());
}

TEST_P(OwnFileOfKind, IsContinuedAsTheKindItIs) {
  add(1, 300);
  ASSERT_TRUE(writer_->close());
  const std::uint32_t flags = journal::read_file_header(path_)->incompatible_flags;

  writer_ = FileWriter::reopen(path_, small_file()).value();
  add(301, 600);

  EXPECT_EQ(seqnums_of(path_), numbers(1, 600));
  const std::string archive = writer_->archive().value();
  EXPECT_EQ(journal::read_file_header(archive)->incompatible_flags, flags);
  expect_pass(archive);
  expect_read_alike(archive, {"_COMM=hello", "CODE_LINE=105", "REQUEST_ID=7919", big_payload(24)});
}

TEST_P(OwnFileOfKind, IsSalvagedIntoAFileOfTheUsualKind) {
  add(1, 500);
  const auto before = read_forward(**Journal::open_files({path_}));
  writer_.reset();  // ONLINE for ever

  const auto report = journal::salvage(path_, small_file()).value();

  EXPECT_EQ(report.entries, 500U);
  EXPECT_TRUE(report.complete);
  EXPECT_FALSE(report.set_aside_because);
  EXPECT_EQ(journal::read_file_header(report.path)->incompatible_flags, 0x1cU);
  expect_pass(report.path);
  EXPECT_TRUE(read_forward(**Journal::open_files({report.path})) == before);
}

TEST_P(OwnFileOfKind, IsRefusedToBeContinuedWithItsValuesHashedOtherwise) {
  add(1, 50);
  ASSERT_TRUE(writer_->close());
  for (const std::uint32_t flag :
       {journal::kIncompatibleCompact, journal::kIncompatibleKeyedHash}) {
    std::string bytes = read_file(path_);
    bytes[offsetof(Header, incompatible_flags)] =
        static_cast<char>(static_cast<std::uint8_t>(bytes[12]) ^ flag);
    write_file(directory_.path() + "/copy.journal", bytes);

    const auto reopened = FileWriter::reopen(directory_.path() + "/copy.journal", small_file());
    ASSERT_FALSE(reopened);
    EXPECT_EQ(reopened.error().code, Errc::kCorrupt) << flag;
  }
}

// Headers grew with time; what lies behind header_size is objects, not fields.
class HeaderOfSize : public testing::TestWithParam<std::tuple<const char*, std::uint64_t>> {};

INSTANTIATE_TEST_SUITE_P(Sizes,
                         HeaderOfSize,
                         testing::Combine(testing::Values("", "SYSTEMD_JOURNAL_COMPACT=0"),
                                          testing::Values(208U, 224U, 240U, 256U, 264U, 272U)));

TEST_P(HeaderOfSize, IsReadAsJournalctlReadsIt) {
  if (!peers_installed()) GTEST_SKIP() << kNoPeers;
  const auto& [environment, size] = GetParam();
  const TempDir directory;
  const std::string whole = directory.path() + "/whole.journal";
  const std::string path = directory.path() + "/moved.journal";
  make_journal(whole, export_entries(0, 300), environment);

  RelocatedFile::with_header_size(read_file(whole), size).write(path);

  EXPECT_EQ(journal::read_file_header(path)->header_size, size);
  EXPECT_EQ(verify_file(path).status, 0) << verify_file(path).out;
  expect_read_alike(path, {"GROUP=1", "LONG=" + std::string(3000, 'k'), "MESSAGE=message 7 of a"});
  EXPECT_EQ(read_forward(**Journal::open_files({path})),
            read_forward(**Journal::open_files({whole})));
}

TEST(LargeRegularFile, IsReadBeyondFourGigabytes) {
  if (!peers_installed()) GTEST_SKIP() << kNoPeers;
  const TempDir directory;
  const std::string whole = directory.path() + "/whole.journal";
  const std::string path = directory.path() + "/large.journal";
  make_journal(whole, export_entries(0, 300), "SYSTEMD_JOURNAL_COMPACT=0");
  auto small = Journal::open_files({whole});
  ASSERT_TRUE(small);
  (*small)->seek_head();
  for (int i = 0; i < 150; ++i)
    ASSERT_TRUE((*small)->next());

  RelocatedFile large(read_file(whole), (*small)->entry().offset, std::int64_t{5} << 30);
  large.write(path);

  ASSERT_GT(large.header().tail_object_offset, std::uint64_t{5} << 30);
  expect_read_alike(path,
                    {"GROUP=1", "LONG=" + std::string(3000, 'k'), "MESSAGE=message 299 of a"});
}

// Sealing adds TAG objects between the others and a compatible flag; neither concerns a reader.
TEST(SealedFile, IsReadAsJournalctlReadsIt) {
  if (!peers_installed()) GTEST_SKIP() << kNoPeers;
  for (const char* environment : {"", "SYSTEMD_JOURNAL_COMPACT=0"}) {
    const TempDir directory;
    const std::string whole = directory.path() + "/whole.journal";
    const std::string path = directory.path() + "/sealed.journal";
    make_journal(whole, export_entries(0, 300), environment);
    auto plain = Journal::open_files({whole});
    (*plain)->seek_tail();
    ASSERT_TRUE((*plain)->previous());
    const std::uint64_t last = (*plain)->entry().offset;

    RelocatedFile sealed(read_file(whole), last, sizeof(journal::TagObject));
    sealed.header().compatible_flags = 5;  // SEALED, SEALED_CONTINUOUS
    sealed.header().n_tags = 1;
    sealed.header().n_objects = sealed.header().n_objects + 1;
    sealed.write(path);
    std::string bytes = read_file(path);
    journal::TagObject tag{};
    tag.object.type = journal::ObjectType::kTag;
    tag.object.size = sizeof tag;
    tag.seqnum = 1;
    std::memcpy(bytes.data() + last, &tag, sizeof tag);
    write_file(path, bytes);

    expect_read_alike(path, {"GROUP=1", "LONG=" + std::string(3000, 'k')});
    EXPECT_EQ(read_forward(**Journal::open_files({path})), read_forward(**plain));
  }
}

// journald seals only where there is a key, and keys only lie in /var/log/journal: both are private
// to a mount namespace here.
constexpr const char* kSealScript = R"(
set -e
mount -t tmpfs none /var/log/journal
mount -t tmpfs none /run
store=/var/log/journal/$(cat /etc/machine-id)
mkdir -p "$store" /run/systemd/journal /run/systemd/journald.conf.d
journalctl --setup-keys --force --interval=1s
printf '[Journal]\nSeal=yes\nReadKMsg=no\nAudit=no\n' >/run/systemd/journald.conf.d/seal.conf
touch /run/systemd/journal/flushed
export RUNTIME_DIRECTORY=/run/systemd/journal LOGS_DIRECTORY="$store"
/lib/systemd/systemd-journald &
journald=$!
trap 'kill $journald' EXIT
until echo "not yet sealed" | systemd-cat 2>/dev/null; do sleep 0.02; done
for i in 1 2 3 4 5 6 7 8; do
  echo "sealed $i" | systemd-cat -t sealed
  sleep 0.3
done
kill $journald
wait $journald || true
trap - EXIT
cp "$store"/system.journal "$1"
)";

// Offset of the tag with a number, 0 when there is none.
std::size_t find_tag(const std::string& bytes, std::uint64_t seqnum) {
  const auto* header = static_cast<const Header*>(static_cast<const void*>(bytes.data()));
  for (std::size_t at = header->header_size; at + sizeof(journal::TagObject) <= bytes.size();) {
    journal::TagObject tag{};
    std::memcpy(&tag, bytes.data() + at, sizeof tag);
    if (tag.object.type == journal::ObjectType::kTag && tag.seqnum == seqnum) return at;
    if (tag.object.size == 0) break;
    at = journal::align8(at + tag.object.size);
  }
  return 0;
}

TEST(SealedFile, OfStockJournaldIsReadAsJournalctlReadsIt) {
  if (!journalctl_installed()) GTEST_SKIP() << kNoJournalctl;
  if (const auto why = StockJournald::unavailable()) GTEST_SKIP() << *why;
  const TempDir directory;
  const std::string path = directory.path() + "/sealed.journal";
  Command command;
  command.argv = {"unshare", "-m", "--propagation", "private", "sh", "-c", kSealScript, "sh", path};
  const auto made = run_command(command);
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "no sealed journal here: " << made.err;

  const Header header = *journal::read_file_header(path);
  EXPECT_EQ(header.compatible_flags & journal::kCompatibleSealed, 1U);
  EXPECT_GT(header.n_tags, 1U);
  expect_read_alike(path, {"SYSLOG_IDENTIFIER=sealed", "MESSAGE=sealed 8"});

  const auto report = journal::verify_file(path);
  ASSERT_TRUE(report);
  EXPECT_FALSE(report->failure) << report->failure->message();
  EXPECT_TRUE(report->sealed);
  EXPECT_EQ(report->n_tags, std::uint64_t{header.n_tags});
  EXPECT_EQ(report->n_entries, std::uint64_t{header.n_entries});
  std::string bytes = read_file(path);
  const std::size_t tag = find_tag(bytes, 2);
  bytes[tag + offsetof(journal::TagObject, seqnum)] = 7;
  write_file(path, bytes);
  const auto damaged = journal::verify_file(path);
  ASSERT_TRUE(damaged && damaged->failure);
  EXPECT_EQ(damaged->failure->offset, tag);
}

TEST(CompatibleFlags, UnknownOnesDoNotKeepAnyoneFromReading) {
  if (!peers_installed()) GTEST_SKIP() << kNoPeers;
  const TempDir directory;
  const std::string path = directory.path() + "/future.journal";
  make_journal(path, export_entries(0, 50));
  std::string bytes = read_file(path);
  bytes[offsetof(Header, compatible_flags) + 3] = '\x7e';
  write_file(path, bytes);

  expect_read_alike(path, {"GROUP=1"});
}

}  // namespace
}  // namespace logq::test
