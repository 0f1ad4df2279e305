// The Journal Export Format (docs/output-formats.md, "Export"): one field per line, binary where
// needed.
#pragma once

#include <string>
#include <string_view>

namespace logq::wire {

// Appends "NAME=value\n", or the binary form when the payload is not printable UTF-8 without
// newlines (wire/utf8.h). `payload` is "NAME=value".
void encode_export_field(std::string_view payload, std::string& out);

}  // namespace logq::wire
