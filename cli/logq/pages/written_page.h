// Text written by hand with places that are filled from the table of options.
#pragma once

#include <string>
#include <string_view>

namespace logq::cli {

// The text with each line that is nothing but `mark` replaced. `lines` ends with a newline.
[[nodiscard]] std::string fill_mark(std::string_view text,
                                    std::string_view mark,
                                    std::string_view lines);

// The text with every `from` replaced.
[[nodiscard]] std::string replace_all(std::string_view text,
                                      std::string_view from,
                                      std::string_view to);

}  // namespace logq::cli
