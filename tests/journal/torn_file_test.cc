// What a power failure leaves of a file, put together page by page: what of it stock journalctl
// still shows, and what salvage makes of it.
#include "support/torn_file.h"

#include <map>
#include <random>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

#include "base/jenkins.h"
#include "journal/reader_support.h"
#include "journal/salvage.h"
#include "journal/variant_file.h"
#include "journal/verify.h"
#include "journal/writer_support.h"
#include "support/child_process.h"
#include "support/long_tests.h"

namespace logq::journal::test {
namespace {

using logq::test::TempDir;
using logq::test::TornFile;

constexpr Variant kLayouts[] = {
    {"CompactKeyedZstd", true, true, Compression::kZstd},
    {"RegularKeyedZstd", false, true, Compression::kZstd},
    {"CompactJenkinsZstd", true, false, Compression::kZstd},
    {"RegularJenkinsZstd", false, false, Compression::kZstd},
};

// Fields that repeat at every distance, a long one now and then, and one given twice.
Fields torn_entry(std::uint64_t n) {
  Fields fields = service_entry(n);
  if (n % 40 == 3) fields.push_back("TRACE=" + std::string(2000, 't') + std::to_string(n));
  if (n % 7 == 0) fields.push_back("TWICE=" + std::to_string(n));
  if (n % 7 == 0) fields.push_back("TWICE=" + std::to_string(n));
  if (n % 11 == 0) fields.push_back("FIELD_" + std::to_string(n / 11) + "=new");
  return fields;
}

std::set<std::string> distinct(const Fields& fields) {
  return {fields.begin(), fields.end()};
}

// A writer that is cut off from its power: `synced` entries are promised, `written` were appended.
struct Failure {
  std::uint64_t synced = 0;
  std::uint64_t written = 0;
  std::string bytes;
};

Failure fail_power(const Variant& layout, unsigned seed) {
  std::mt19937_64 random(seed);  // NOLINT: the same failures in every run
  const TempDir directory = TempDir::in_memory();
  WriterOptions options = small_file();
  options.compact = layout.compact;
  options.keyed_hash = layout.keyed;
  options.compress = seed % 3 != 0;
  const std::string path = directory.path() + "/system.journal";
  const auto writer = FileWriter::create(path, options).value();
  Failure failure;
  TornFile torn(path);
  const auto append = [&](std::uint64_t count) {
    for (const std::uint64_t end = failure.written + count; failure.written < end;) {
      const std::uint64_t n = ++failure.written;
      EXPECT_TRUE(writer->append(moment(n), views(torn_entry(n))));
    }
  };
  for (std::uint64_t syncs = random() % 3 + 1; syncs > 0; --syncs) {
    append(random() % 200);
    EXPECT_TRUE(writer->sync());
    torn.synced();
    failure.synced = failure.written;
  }
  for (std::uint64_t looks = random() % 4; looks > 0; --looks) {
    append(random() % 200);
    torn.observe();
  }
  append(random() % (seed % 2 == 0 ? 800 : 20));
  failure.bytes = torn.torn(TornFile::kChoices[seed % std::size(TornFile::kChoices)], random);
  return failure;
}

class EachLayout : public testing::TestWithParam<Variant> {
 protected:
  // Calls `check` for many failures, each in a file of its own.
  template <typename Check>
  void for_each_failure(int usual, int lengthy, Check check) {
    const auto count = static_cast<unsigned>(logq::test::rounds(usual, lengthy));
    for (unsigned seed = 0; seed < count; ++seed) {
      SCOPED_TRACE(seed);
      const Failure failure = fail_power(GetParam(), seed);
      const TempDir directory = TempDir::in_memory();
      logq::test::write_file(directory.path() + "/system.journal", failure.bytes);
      check(failure, directory.path());
      if (HasFatalFailure()) return;
    }
  }
};

// The numbers of the messages in an export, in the order in which they come.
std::vector<std::uint64_t> exported(const std::vector<std::string_view>& arguments,
                                    const std::string& path) {
  std::string command = "LC_ALL=C journalctl -q --no-pager -o export --file=" + path;
  for (const std::string_view argument : arguments)
    command += " " + logq::test::shell_quoted(argument);
  logq::test::Command shell;
  shell.argv = {"sh", "-c", command};
  std::vector<std::uint64_t> numbers;
  std::istringstream lines(logq::test::run_command(shell).out);
  constexpr std::string_view kMessage = "MESSAGE=request ";
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(kMessage)) numbers.push_back(std::stoull(line.substr(kMessage.size())));
  }
  return numbers;
}

std::vector<std::uint64_t> up_to(std::vector<std::uint64_t> numbers, std::uint64_t last) {
  std::erase_if(numbers, [last](std::uint64_t n) { return n > last; });
  return numbers;
}

TEST_P(EachLayout, GivesTheSyncedEntriesToStockJournalctl) {
  if (!logq::test::journalctl_installed()) GTEST_SKIP() << logq::test::kNoJournalctl;
  for_each_failure(14, 700, [](const Failure& failure, const std::string& directory) {
    const std::string path = directory + "/system.journal";
    EXPECT_EQ(up_to(exported({}, path), failure.synced), numbers(1, failure.synced));
    for (const std::uint64_t residue : {3U, 0U}) {
      std::vector<std::uint64_t> wanted = numbers(1, failure.synced);
      std::erase_if(wanted, [residue](std::uint64_t n) { return n % 8 != residue; });
      const std::string match = "PRIORITY=" + std::to_string(residue);
      EXPECT_EQ(up_to(exported({match}, path), failure.synced), wanted) << match;
    }
  });
}

TEST_P(EachLayout, GivesEverySyncedValueToStockJournalctl) {
  if (!logq::test::journalctl_installed()) GTEST_SKIP() << logq::test::kNoJournalctl;
  for_each_failure(7, 140, [](const Failure& failure, const std::string& directory) {
    const std::string path = directory + "/system.journal";
    for (const std::uint64_t n : {std::uint64_t{1}, failure.synced / 2, failure.synced}) {
      if (n == 0) continue;
      const std::string match = "REQUEST_ID=" + std::to_string(n * 7919);
      EXPECT_EQ(exported({match}, path), std::vector<std::uint64_t>{n}) << match;
    }
  });
}

struct Recovered {
  EntryInfo info;
  std::set<std::string> payloads;
};

std::map<std::uint64_t, Recovered> entries_of(const std::string& path) {
  std::map<std::uint64_t, Recovered> entries;
  const auto reader = FileReader::open(path).value();
  const EntryList all = reader->all_entries();
  std::uint64_t before = 0;
  for (std::uint64_t i = 0; i < all.size(); ++i) {
    Recovered entry{reader->read_entry(all.at(i).value()).value(), {}};
    std::vector<FileOffset> items;
    EXPECT_TRUE(reader->read_items(entry.info.offset, items));
    for (const FileOffset item : items)
      entry.payloads.emplace(reader->read_data(item).value());
    EXPECT_GT(entry.info.seqnum, before);
    before = entry.info.seqnum;
    entries.emplace(before, std::move(entry));
  }
  return entries;
}

std::uint64_t xor_hash_of(const Fields& fields) {
  std::uint64_t hash = 0;
  for (const std::string& field : fields)
    hash ^= base::jenkins_hash64(field);
  return hash;
}

void expect_as_written(std::uint64_t n, const Recovered& entry) {
  const Fields written = torn_entry(n);
  EXPECT_EQ(entry.payloads, distinct(written)) << n;
  EXPECT_EQ(entry.info.xor_hash, xor_hash_of(written)) << n;
  EXPECT_EQ(entry.info.realtime_usec, moment(n).realtime_usec) << n;
  EXPECT_EQ(entry.info.monotonic_usec, moment(n).monotonic_usec) << n;
  EXPECT_EQ(entry.info.boot_id, moment(n).boot_id) << n;
}

TEST_P(EachLayout, SalvagesEverySyncedEntryAndInventsNone) {
  for_each_failure(70, 1400, [](const Failure& failure, const std::string& directory) {
    const auto report = salvage(directory + "/system.journal", small_file());
    ASSERT_TRUE(report) << report.error().message();
    std::map<std::uint64_t, Recovered> entries;
    if (report->entries != 0) entries = entries_of(report->path);

    EXPECT_EQ(entries.size(), report->entries);
    for (std::uint64_t n = 1; n <= failure.synced; ++n)
      EXPECT_TRUE(entries.contains(n)) << n << " of " << failure.synced;
    for (const auto& [n, entry] : entries) {
      ASSERT_LE(n, failure.written);
      expect_as_written(n, entry);
    }
    if (report->entries == 0) return;
    const auto verdict = verify_file(report->path);
    ASSERT_TRUE(verdict);
    EXPECT_FALSE(verdict->failure) << verdict->failure->message();
  });
}

TEST_P(EachLayout, SalvagesFilesThatJournalctlVerifies) {
  if (!logq::test::journalctl_installed()) GTEST_SKIP() << logq::test::kNoJournalctl;
  for_each_failure(14, 140, [](const Failure&, const std::string& directory) {
    ASSERT_TRUE(salvage(directory + "/system.journal", small_file()));
    const auto verified = logq::test::verify_directory(directory);
    EXPECT_EQ(verified.status, 0) << verified.out;
  });
}

INSTANTIATE_TEST_SUITE_P(TornFile, EachLayout, testing::ValuesIn(kLayouts), [](const auto& param) {
  return std::string(param.param.name);
});

}  // namespace
}  // namespace logq::journal::test
