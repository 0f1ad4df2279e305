// How many arrays a chain of entries gets, and how much of them is never used.
#include "journal/entry_chain.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "journal/file_writer.h"
#include "journal/reader_support.h"
#include "journal/writer_support.h"
#include "support/temp_dir.h"

namespace logq::journal {
namespace {

struct Arrays {
  std::uint64_t count = 0;
  std::uint64_t slots = 0;
  std::uint64_t unused = 0;
};

// Of a compact file.
Arrays arrays_of(const std::string& path) {
  const std::string file = logq::test::read_file(path);
  Arrays arrays;
  Header header;
  std::memcpy(&header, file.data(), sizeof header);
  for (std::uint64_t offset = header.header_size; offset <= header.tail_object_offset;) {
    ObjectHeader object;
    std::memcpy(&object, file.data() + offset, sizeof object);
    const std::uint64_t size = object.size;
    if (object.type == ObjectType::kEntryArray) {
      std::vector<std::uint32_t> slots((size - sizeof(EntryArrayObject)) / 4);
      std::memcpy(slots.data(), file.data() + offset + sizeof(EntryArrayObject), slots.size() * 4);
      ++arrays.count;
      arrays.slots += slots.size();
      arrays.unused += static_cast<std::uint64_t>(std::count(slots.begin(), slots.end(), 0U));
    }
    offset += align8(size);
  }
  return arrays;
}

// Fills a file of 8 MiB; entries from `late` on have one value more.
std::string fill(const std::string& directory, std::uint64_t late) {
  WriterOptions options;
  options.max_size_bytes = 8 << 20;
  const auto writer = FileWriter::create(directory + "/system.journal", options).value();
  for (std::uint64_t n = 1;; ++n) {
    const std::string number = "N=" + std::to_string(n);
    const std::string group = "GROUP=" + std::to_string(n % 50);
    std::vector<std::string_view> payloads = {"A=1", "B=2", group, number};
    if (n == 10 || n >= late) payloads.emplace_back("LATE=1");
    if (!writer->append(test::moment(n), payloads)) break;
  }
  return writer->archive().value();
}

TEST(EntryChain, AFullFileUsesNearlyAllSlots) {
  const logq::test::TempDir directory;
  const Arrays arrays = arrays_of(fill(directory.path(), UINT64_MAX));
  ASSERT_GT(arrays.slots, 50'000U);
  EXPECT_LT(arrays.unused, arrays.slots / 20);
}

TEST(EntryChain, AValueThatBecomesFrequentLateGetsFewArrays) {
  const logq::test::TempDir all;
  const std::uint64_t entries = test::seqnums_of(fill(all.path(), UINT64_MAX)).size();
  const Arrays before = arrays_of(all.path() + "/" + test::files_in(all.path()).front());
  const logq::test::TempDir late;
  const Arrays after = arrays_of(fill(late.path(), entries / 10 * 9));
  EXPECT_LT(after.count, before.count + 75);
}

}  // namespace
}  // namespace logq::journal
