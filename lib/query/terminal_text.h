// Making a message fit a line of a terminal, as journalctl does before it prints "short" output.
#pragma once

#include <string>
#include <string_view>

namespace logq::query {

// `text` with each tab replaced by eight spaces, colour sequences (ESC [ digits ; m) and operating
// system commands (ESC ] ... BEL) taken out, and carriage returns dropped before a newline and at
// the end. An unfinished or unknown sequence stays as it is. Returns `text` itself where nothing
// had to change, else a view of `scratch`.
[[nodiscard]] std::string_view strip_tabs_and_ansi(std::string_view text, std::string& scratch);

}  // namespace logq::query
