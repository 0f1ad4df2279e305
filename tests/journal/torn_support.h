// Entries that are written until the power goes or the writer is killed, and what is found of them
// afterwards.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/jenkins.h"
#include "journal/file_reader.h"
#include "journal/variant_file.h"
#include "journal/writer_support.h"

namespace logq::journal::test {

inline constexpr Variant kLayouts[] = {
    {"CompactKeyedZstd", true, true, Compression::kZstd},
    {"RegularKeyedZstd", false, true, Compression::kZstd},
    {"CompactJenkinsZstd", true, false, Compression::kZstd},
    {"RegularJenkinsZstd", false, false, Compression::kZstd},
};

// Fields that repeat at every distance, a long one now and then, and one given twice.
inline Fields torn_entry(std::uint64_t n) {
  Fields fields = service_entry(n);
  if (n % 40 == 3) fields.push_back("TRACE=" + std::string(2000, 't') + std::to_string(n));
  if (n % 7 == 0) fields.push_back("TWICE=" + std::to_string(n));
  if (n % 7 == 0) fields.push_back("TWICE=" + std::to_string(n));
  if (n % 11 == 0) fields.push_back("FIELD_" + std::to_string(n / 11) + "=new");
  return fields;
}

inline std::set<std::string> distinct(const Fields& fields) {
  return {fields.begin(), fields.end()};
}

inline WriterOptions options_of(const Variant& layout) {
  WriterOptions options = small_file();
  options.compact = layout.compact;
  options.keyed_hash = layout.keyed;
  return options;
}

struct Recovered {
  EntryInfo info;
  std::set<std::string> payloads;
};

inline std::map<std::uint64_t, Recovered> entries_of(const std::string& path) {
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

inline std::uint64_t xor_hash_of(const Fields& fields) {
  std::uint64_t hash = 0;
  for (const std::string& field : fields)
    hash ^= base::jenkins_hash64(field);
  return hash;
}

inline void expect_as_written(std::uint64_t n, const Recovered& entry) {
  const Fields written = torn_entry(n);
  EXPECT_EQ(entry.payloads, distinct(written)) << n;
  EXPECT_EQ(entry.info.xor_hash, xor_hash_of(written)) << n;
  EXPECT_EQ(entry.info.realtime_usec, moment(n).realtime_usec) << n;
  EXPECT_EQ(entry.info.monotonic_usec, moment(n).monotonic_usec) << n;
  EXPECT_EQ(entry.info.boot_id, moment(n).boot_id) << n;
}

}  // namespace logq::journal::test
