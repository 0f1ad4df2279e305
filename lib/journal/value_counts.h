// Counting the entries of a file by the values of a field from the index alone: each value's DATA
// object has the list of its entries, so no entry is looked at.
//
// The last entry of a file is left out: it may not be linked to all its values, and a Journal hands
// it out whatever Journal::narrow() says.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "journal/file_reader.h"

namespace logq::journal {

struct ValueCount {
  FileOffset data = 0;          // of the value, for FileReader::read_data()
  std::uint64_t n_entries = 0;  // that carry it, but for the last of the file
};

struct ValueCounts {
  std::vector<ValueCount> values;
  std::uint64_t n_entries = 0;  // of the file, but for the last
  std::uint64_t n_without = 0;  // of those, that do not have the field
};

// Nothing where the entries are better looked at themselves: the file is not archived, so that
// values may not have been linked to all their entries; an object or a list is damaged; or there
// are so many values that they take as long as the entries.
[[nodiscard]] std::optional<ValueCounts> count_values(FileReader& file, std::string_view field);

}  // namespace logq::journal
