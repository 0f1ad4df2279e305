// Appending numbers and ids to a string without temporaries.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "logq/id128.h"

namespace logq::query {

void append_decimal(std::uint64_t value, std::string& out);
// At least `width` characters, filled up with `fill` in front.
void append_padded(std::uint64_t value, std::size_t width, char fill, std::string& out);
void append_hex(std::uint64_t value, std::string& out);  // lower case, no leading zeros
void append_id128(const Id128& id, std::string& out);

}  // namespace logq::query
