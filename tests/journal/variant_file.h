// Small journal files of every variant, by our own writer: about 50 KiB, most of it hash tables.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "journal/file_writer.h"
#include "journal/writer_support.h"

namespace logq::journal::test {

struct Variant {
  const char* name;
  bool compact;
  bool keyed;
  Compression compression;
};

inline constexpr Variant kVariants[] = {
    {"CompactKeyedZstd", true, true, Compression::kZstd},
    {"RegularKeyedXz", false, true, Compression::kXz},
    {"RegularJenkinsLz4", false, false, Compression::kLz4},
    {"CompactJenkinsZstd", true, false, Compression::kZstd},
};

inline const Id128 kFirstBoot = *Id128::parse("11111111111111111111111111111111");
inline const Id128 kSecondBoot = *Id128::parse("22222222222222222222222222222222");

// Nine entries of two boots; values that many, two and one of them have, one of them compressed.
inline std::string make_variant(const std::string& directory, const Variant& variant) {
  WriterOptions options;
  options.max_size_bytes = std::uint64_t{512} << 10;
  options.compact = variant.compact;
  options.keyed_hash = variant.keyed;
  options.compression = variant.compression;
  auto writer = FileWriter::create(directory + "/system.journal", options);
  if (!writer) return {};
  for (std::uint64_t i = 0; i < 9; ++i) {
    const Id128 boot = i < 7 ? kFirstBoot : kSecondBoot;
    Fields fields{"MESSAGE=m" + std::to_string(i), "PRIORITY=6", "A=" + std::to_string(i % 2),
                  "_BOOT_ID=" + boot.to_string()};
    if (i == 3) fields.push_back("LONG=" + std::string(600, 'x'));
    const EntryTime time{kStart + i * 1000, (i < 7 ? i : i - 7) * 1000, boot};
    if (!(*writer)->append(time, views(fields))) return {};
  }
  return (*writer)->archive().value_or("");
}

}  // namespace logq::journal::test
