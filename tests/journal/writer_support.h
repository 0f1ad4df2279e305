// Entries for the tests of the journal writer, and a look at what became of them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "journal/file_reader.h"
#include "journal/file_writer.h"

namespace logq::journal::test {

inline constexpr std::uint64_t kStart = 1'700'000'000'000'000;

// The n-th moment of a test, 10 microseconds apart, in the running boot.
inline EntryTime moment(std::uint64_t n) {
  static const Id128 boot = base::boot_id();
  return {kStart + n * 10, 1'000'000 + n * 10, boot};
}

using Fields = std::vector<std::string>;

inline std::vector<std::string_view> views(const Fields& fields) {
  return {fields.begin(), fields.end()};
}

// What a service under logqd writes: fields that repeat, and three that do not.
inline Fields service_entry(std::uint64_t n) {
  const std::string number = std::to_string(n);
  return {"MESSAGE=request " + number + " served from the cache in no time",
          "PRIORITY=" + std::to_string(n % 8),
          "SYSLOG_IDENTIFIER=hello",
          "CODE_FILE=server.cc",
          "CODE_LINE=" + std::to_string(100 + n % 40),
          "REQUEST_ID=" + std::to_string(n * 7919),
          "_TRANSPORT=journal",
          "_PID=" + std::to_string(1000 + n % 5),
          "_UID=1000",
          "_COMM=hello",
          "_EXE=/usr/bin/hello",
          "_SYSTEMD_UNIT=hello.service",
          "_HOSTNAME=box",
          "_SOURCE_REALTIME_TIMESTAMP=" + std::to_string(kStart + n)};
}

inline WriterOptions small_file() {
  WriterOptions options;
  options.max_size_bytes = std::uint64_t{4} << 20;
  return options;
}

inline std::vector<std::uint64_t> seqnums_of(const std::string& path) {
  std::vector<std::uint64_t> seqnums;
  const auto reader = FileReader::open(path);
  if (!reader) return seqnums;
  const EntryList entries = (*reader)->all_entries();
  for (std::uint64_t i = 0; i < entries.size(); ++i) {
    const auto offset = entries.at(i);
    if (!offset) break;
    const auto entry = (*reader)->read_entry(*offset);
    if (entry) seqnums.push_back(entry->seqnum);
  }
  return seqnums;
}

inline std::vector<std::string> files_in(const std::string& directory) {
  std::vector<std::string> names;
  for (const auto& file : std::filesystem::directory_iterator(directory)) {
    names.push_back(file.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

// All entry numbers in the journal files of a directory, sorted; doubles stay in.
inline std::vector<std::uint64_t> seqnums_in(const std::string& directory) {
  std::vector<std::uint64_t> all;
  for (const std::string& name : files_in(directory)) {
    if (!name.ends_with(".journal") && !name.ends_with(".journal~")) continue;
    const auto some = seqnums_of(directory + "/" + name);
    all.insert(all.end(), some.begin(), some.end());
  }
  std::sort(all.begin(), all.end());
  return all;
}

inline std::vector<std::uint64_t> numbers(std::uint64_t first, std::uint64_t last) {
  std::vector<std::uint64_t> all;
  for (std::uint64_t n = first; n <= last; ++n)
    all.push_back(n);
  return all;
}

}  // namespace logq::journal::test
