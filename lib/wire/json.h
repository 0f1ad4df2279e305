// JSON values as journalctl writes them (docs/output-formats.md, "JSON").
#pragma once

#include <string>
#include <string_view>

namespace logq::wire {

// A field value: a string when it is printable UTF-8, else an array of byte numbers.
void encode_json_value(std::string_view value, std::string& out);

// A JSON string, quoted and escaped. REQUIRES: valid UTF-8.
void encode_json_string(std::string_view text, std::string& out);

// The same without the quotes.
void encode_json_text(std::string_view text, std::string& out);

// Whether `text` is printable ASCII that a JSON string has as it is, without an escape. Nearly
// every value is, and this is quicker than finding out what else one is.
[[nodiscard]] bool is_plain_json_text(std::string_view text);

}  // namespace logq::wire
