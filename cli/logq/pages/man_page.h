// packaging/man/logq.1, made of packaging/man/logq.1.in, which is written by hand, and of the table
// of options.
#pragma once

#include <string>
#include <string_view>

namespace logq::cli {

// Puts the options, by groups, in the place of the line "@OPTIONS@".
[[nodiscard]] std::string man_page(std::string_view written);

}  // namespace logq::cli
