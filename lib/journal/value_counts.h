// Counting the entries of a file by the values of a field from the index alone: each value's DATA
// object has the list of its entries, so no entry is looked at.
//
// The last entry of a file is never among them: it may not have been linked to all its values, and
// a Journal that is narrowed looks at it anyway (selection.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "journal/file_reader.h"

namespace logq::journal {

struct ValueCount {
  FileOffset data = 0;          // of the value, for FileReader::read_data()
  std::uint64_t n_entries = 0;  // that carry it; more than none
};

struct ValueCounts {
  std::vector<ValueCount> values;
  std::uint64_t n_entries = 0;  // all of the file but the last
  std::uint64_t n_without = 0;  // of those, that do not have the field
};

// Nothing where the entries are better looked at themselves: the file is not settled
// (settled_file.h), so that values may not have been linked to all their entries; an object or a
// list is damaged; or going through the values would take as long as the entries.
[[nodiscard]] std::optional<ValueCounts> count_values(FileReader& file, std::string_view field);

}  // namespace logq::journal
