// The text of one explanation: headers, each a line "Subject: what has happened", and behind the
// first empty line a body.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace logq::query {

// The header lines; the rest is the body, with the empty line that it begins with.
[[nodiscard]] std::string_view catalog_headers(std::string_view text);

// The value of the first header that begins with `name`, which ends with a colon; blanks and line
// ends before it are skipped, as journalctl does.
[[nodiscard]] std::optional<std::string_view> find_catalog_header(std::string_view text,
                                                                  std::string_view name);

// What follows "Documentation:" at the beginning of a line, header or not.
[[nodiscard]] std::optional<std::string_view> find_catalog_documentation(std::string_view text);

// Texts of one message and language that several files have, in the order of reading, as one: the
// headers of all, the last text's first, then the body of the last that has one. So a file can
// change a subject and leave the rest. REQUIRES: each line of a text ends with a newline.
[[nodiscard]] std::string merge_catalog_texts(const std::vector<std::string>& texts);

}  // namespace logq::query
