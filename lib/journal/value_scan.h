// Finding entries by what a value says when no index answers that: all objects of a file are gone
// through in file order, each value is looked at once, and the lists of the values that were found
// name their entries. That costs a fraction of going through the entries, which lead back and forth
// through the file, and parts of the file can be gone through at the same time.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "journal/file_reader.h"

namespace logq::journal {

// Whether the value of a field is what is sought.
using ValueTest = std::function<bool(std::string_view value)>;

// The entries of `file` that carry a value of `field` which passes the test, ascending by offset.
// One test per thread to be used, which need not be thread-safe; they must all say the same.
//
// Nothing where the entries are better gone through themselves: the file is not settled
// (settled_file.h), so that values may not have been linked to all their entries; its objects or
// lists are damaged; or so many values were found that most entries will be looked at anyway.
[[nodiscard]] std::optional<std::vector<FileOffset>> scan_values(FileReader& file,
                                                                 std::string_view field,
                                                                 std::span<const ValueTest> tests);

}  // namespace logq::journal
