// What somebody probably meant who wrote a name that there is none of.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace logq::cli {

// How many characters must be added, left out, replaced or swapped with their neighbour to make one
// word of the other. Case counts for nothing.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

// The candidate that is nearest to the word, the first of several; nothing where none is so near
// that it can be meant: one slip is allowed for every three characters of the word, and always one.
[[nodiscard]] std::optional<std::string_view> nearest(std::string_view word,
                                                      std::span<const std::string_view> candidates);

// "; did you mean --since?" for a message, with `prefix` ("--") before the candidate; or "".
[[nodiscard]] std::string did_you_mean(std::string_view word,
                                       std::span<const std::string_view> candidates,
                                       std::string_view prefix = "");

}  // namespace logq::cli
