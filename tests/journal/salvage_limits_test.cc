// Salvage of files that were made to waste its time, and salvage that is itself interrupted.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <random>

#include <gtest/gtest.h>

#include "journal/file_header.h"
#include "journal/salvage.h"
#include "journal/store.h"
#include "journal/writer_support.h"
#include "support/child_process.h"
#include "support/journalctl.h"
#include "support/temp_dir.h"

namespace logq::journal {
namespace {

using test::moment;

WriterOptions options_of(std::uint64_t mebibytes) {
  WriterOptions options;
  options.max_size_bytes = mebibytes << 20;
  return options;
}

std::string leave_unclean_file(const std::string& directory, std::uint64_t entries) {
  const std::string path = directory + "/system.journal";
  const auto writer = FileWriter::create(path, options_of(16)).value();
  for (std::uint64_t n = 1; n <= entries; ++n) {
    EXPECT_TRUE(writer->append(moment(n), test::views(test::service_entry(n))));
  }
  return path;
}

void overwrite(const std::string& path, std::uint64_t at, std::string_view bytes) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(static_cast<std::streamoff>(at));
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

template <typename T>
std::string_view bytes_of(const T& object) {
  return {static_cast<const char*>(static_cast<const void*>(&object)), sizeof object};
}

void expect_all_verified(const std::string& directory) {
  if (!logq::test::journalctl_installed()) return;
  const auto verified = logq::test::verify_directory(directory);
  EXPECT_EQ(verified.status, 0) << verified.out;
}

// Read one by one, these arrays have more slots than fit into memory.
TEST(SalvageLimits, ArraysThatShareTheirSlotsAreReadOnce) {
  const logq::test::TempDir directory;
  const std::string path = leave_unclean_file(directory.path(), 50);
  const std::uint64_t from = align8(std::filesystem::file_size(path));
  constexpr std::uint64_t kBytes = std::uint64_t{1} << 20;
  std::string arrays;
  for (std::uint64_t at = 0; at + 24 <= kBytes; at += 24) {
    EntryArrayObject array{};
    array.object.type = ObjectType::kEntryArray;
    array.object.size = kBytes - at;
    array.next_entry_array_offset = from + at + 24;
    arrays += bytes_of(array);
  }
  arrays.resize(kBytes);
  overwrite(path, from, arrays);
  overwrite(path, offsetof(Header, entry_array_offset), bytes_of(Le64(from)));

  EXPECT_EQ(salvage(path, options_of(16))->entries, 50U);
}

// What a client sends may look like many long FIELD objects. Hashing each takes hours.
TEST(SalvageLimits, ASearchThroughTextFullOfObjectsEnds) {
  const logq::test::TempDir directory;
  const std::string path = directory.path() + "/system.journal";
  constexpr std::uint64_t kBytes = std::uint64_t{8} << 20;
  std::string text = "MESSAGE=";
  while (text.size() < kBytes) {
    FieldObject field{};
    field.object.type = ObjectType::kField;
    field.object.size = kBytes - text.size() + 1024;
    field.hash = text.size();
    text += bytes_of(field);
  }
  WriterOptions raw = options_of(64);
  raw.compress = false;
  {
    const auto writer = FileWriter::create(path, raw).value();
    ASSERT_TRUE(writer->append(moment(1), test::views({"MESSAGE=before"})));
    ASSERT_TRUE(writer->append(moment(2), test::views({text})));
  }
  // The object that holds the text loses its header.
  const std::uint64_t data = FileReader::open(path).value()->find_data(text);
  ASSERT_NE(data, 0U);
  overwrite(path, data, std::string(sizeof(ObjectHeader), '\0'));

  EXPECT_EQ(salvage(path, raw)->entries, 1U);
}

TEST(SalvageLimits, TakesMoreThanTheFormatsLimitForTheLimit) {
  const logq::test::TempDir directory;
  const std::string path = leave_unclean_file(directory.path(), 10);

  EXPECT_EQ(salvage(path, options_of(8192))->entries, 10U);
}

TEST(SalvageLimits, WritesAnArchiveForEachStepBackInTime) {
  const logq::test::TempDir directory;
  const std::string path = leave_unclean_file(directory.path(), 900);
  {
    const auto reader = FileReader::open(path).value();
    const EntryList entries = reader->all_entries();
    for (std::uint64_t i = 300; i < 900; ++i) {
      const auto entry = reader->read_entry(*entries.at(i)).value();
      const Le64 earlier(entry.realtime_usec - (i < 600 ? 1'000'000 : 2'000'000));
      overwrite(path, entry.offset + offsetof(EntryObject, realtime), bytes_of(earlier));
    }
  }

  const auto report = salvage(path, options_of(16)).value();

  EXPECT_EQ(report.entries, 900U);
  EXPECT_EQ(test::files_in(directory.path()).size(), 3U);
  EXPECT_EQ(test::seqnums_in(directory.path()), test::numbers(1, 900));
  expect_all_verified(directory.path());
}

// Each would cost tables and waiting for the disk.
TEST(SalvageLimits, MakesNoMoreArchivesThanAFilesDamageCanExplain) {
  const auto directory = logq::test::TempDir::in_memory();
  const std::string path = leave_unclean_file(directory.path(), 100);
  {
    const auto reader = FileReader::open(path).value();
    const EntryList entries = reader->all_entries();
    for (std::uint64_t i = 0; i < 100; ++i) {
      const auto entry = reader->read_entry(*entries.at(i)).value();
      const Le64 falling(entry.realtime_usec - i * 1'000'000);
      overwrite(path, entry.offset + offsetof(EntryObject, realtime), bytes_of(falling));
    }
  }

  const auto report = salvage(path, options_of(1)).value();

  ASSERT_TRUE(report.set_aside_because);
  EXPECT_TRUE(report.path.ends_with(".journal~")) << report.path;
  EXPECT_EQ(test::files_in(directory.path()).size(), 64U + 1);
}

TEST(SalvageLimits, KilledAtAnyMomentItIsRepeatedWithoutLossOrDouble) {
  const auto origin = logq::test::TempDir::in_memory();
  const std::string original = leave_unclean_file(origin.path(), 5000);
  std::mt19937 random(3);  // NOLINT: the moments vary by themselves

  for (int round = 0; round < 20; ++round) {
    const auto directory = logq::test::TempDir::in_memory();
    std::filesystem::copy_file(original, directory.path() + "/system.journal");
    const StoreOptions options{directory.path(), options_of(16)};
    const pid_t pid = ::fork();
    if (pid == 0) ::_exit(Store::open(options) ? 0 : 1);
    ::usleep(static_cast<useconds_t>(random() % 60'000));
    logq::test::signal_process(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);

    const auto store = Store::open(options);
    ASSERT_TRUE(store) << store.error().message();
    EXPECT_EQ((*store)->next_seqnum(), 5001U);
    ASSERT_TRUE((*store)->close());
    ASSERT_EQ(test::seqnums_in(directory.path()), test::numbers(1, 5000));
    expect_all_verified(directory.path());
  }
}

}  // namespace
}  // namespace logq::journal
