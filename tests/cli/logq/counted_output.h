// What --count-by and its like print, read back; and entries to count them from, plainly.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace logq::test {

// A cell as JSON tells it. Nothing where it is null; of a number its digits.
using JsonCell = std::optional<std::string>;
using JsonRow = std::map<std::string, JsonCell>;

// Objects without objects in them, one after the other, with blanks wherever JSON has them. Throws
// where it is no such JSON.
[[nodiscard]] std::vector<JsonRow> read_json_rows(std::string_view text);

// RFC 4180, with a newline alone. Throws where it is none.
[[nodiscard]] std::vector<std::vector<std::string>> read_csv(std::string_view text);

// The fields of an entry, with all values of each.
using ExportedEntry = std::multimap<std::string, std::string, std::less<>>;

// A stream of -o export, binary values included.
[[nodiscard]] std::vector<ExportedEntry> read_export(std::string_view stream);

// How many entries have which combination of values; nothing for entries without the field.
using PlainCounts = std::map<std::vector<JsonCell>, std::uint64_t>;
[[nodiscard]] PlainCounts count_plainly(const std::vector<ExportedEntry>& entries,
                                        const std::vector<std::string>& fields);

// The same from the rows of --count-by -o json.
[[nodiscard]] PlainCounts counts_told(const std::vector<JsonRow>& rows,
                                      const std::vector<std::string>& fields);

}  // namespace logq::test
