// Which characters take two cells of a terminal.
#pragma once

#include <cstdint>

namespace logq::query {

// As journalctl 252 counts; found by printing every character with it.
[[nodiscard]] bool is_wide_character(std::uint32_t code);

}  // namespace logq::query
