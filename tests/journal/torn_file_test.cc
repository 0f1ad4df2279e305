// What a power failure leaves of a file, put together page by page: what of it stock journalctl
// still shows, and what salvage makes of it.
#include "support/torn_file.h"

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <sstream>
#include <thread>

#include <gtest/gtest.h>

#include "journal/reader_support.h"
#include "journal/salvage.h"
#include "journal/torn_support.h"
#include "journal/verify.h"
#include "support/child_process.h"
#include "support/long_tests.h"

namespace logq::journal::test {
namespace {

using logq::test::TempDir;
using logq::test::TornFile;

// A writer that is cut off from its power: `synced` entries are promised, `written` were appended.
struct Failure {
  std::uint64_t synced = 0;
  std::uint64_t written = 0;
  std::string bytes;
  std::set<std::uint64_t> whole;  // entries of which every byte that matters is there
};

// Whether a part of a file has survived.
bool has(const std::string& torn, const std::string& file, std::uint64_t from, std::uint64_t to) {
  return torn.compare(from, to - from, file, from, to - from) == 0;
}

std::set<std::uint64_t> whole_entries(const std::string& torn, const std::string& path) {
  const std::string file = logq::test::read_file(path);
  const auto size_of = [&file](FileOffset offset) {
    return reinterpret_cast<const ObjectHeader*>(file.data() + offset)->size.load();
  };
  const std::uint64_t head =
      Layout::of(*reinterpret_cast<const Header*>(file.data())).payload_offset;
  const auto reader = FileReader::open(path).value();
  const EntryList all = reader->all_entries();
  std::set<std::uint64_t> whole;
  for (std::uint64_t i = 0; i < all.size(); ++i) {
    const FileOffset entry = all.at(i).value();
    std::vector<FileOffset> items;
    EXPECT_TRUE(reader->read_items(entry, items));
    const bool values = std::all_of(items.begin(), items.end(), [&](FileOffset data) {
      return has(torn, file, data, data + offsetof(DataObject, next_hash_offset)) &&
             has(torn, file, data + head, data + size_of(data));
    });
    if (values && has(torn, file, entry, entry + size_of(entry))) {
      whole.insert(reader->read_entry(entry)->seqnum);
    }
  }
  return whole;
}

Failure fail_power(const Variant& layout, unsigned seed) {
  std::mt19937_64 random(seed);  // NOLINT: the same failures in every run
  const TempDir directory = TempDir::in_memory();
  WriterOptions options = options_of(layout);
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
  // The kernel does not wait for the end of an append.
  std::thread observer([&torn] {
    for (int looks = 0; looks < 3; ++looks)
      torn.observe();
  });
  append(random() % (seed % 2 == 0 ? 800 : 20));
  observer.join();
  failure.bytes = torn.torn(TornFile::kChoices[seed % std::size(TornFile::kChoices)], random);
  failure.whole = whole_entries(failure.bytes, path);
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
  for_each_failure(14, 350, [](const Failure& failure, const std::string& directory) {
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

TEST_P(EachLayout, SalvagesEveryEntryThatIsWhollyThereAndInventsNone) {
  for_each_failure(32, 700, [](const Failure& failure, const std::string& directory) {
    const auto report = salvage(directory + "/system.journal", small_file());
    ASSERT_TRUE(report) << report.error().message();
    std::map<std::uint64_t, Recovered> entries;
    if (report->entries != 0) entries = entries_of(report->path);

    std::set<std::uint64_t> found;
    for (const auto& [n, entry] : entries) {
      found.insert(n);
      expect_as_written(n, entry);
    }
    // Perhaps more: the hash in an item of a regular file can be lost without harm.
    EXPECT_TRUE(
        std::includes(found.begin(), found.end(), failure.whole.begin(), failure.whole.end()))
        << testing::PrintToString(failure.whole);
    EXPECT_EQ(found.size(), report->entries);
    EXPECT_GE(found.size(), failure.synced);
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
