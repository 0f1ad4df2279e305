// The escape sequences of coloured output, as journalctl prints them (docs/output-formats.md,
// "Colours").
#pragma once

#include <string_view>

#include "query/output_format.h"

namespace logq::query {

inline constexpr std::string_view kColourOff = "\x1b[0m";
inline constexpr std::string_view kUnderline = "\x1b[0;4m";
inline constexpr std::string_view kBold = "\x1b[0;1;39m";
inline constexpr std::string_view kBoldRed = "\x1b[0;1;31m";
inline constexpr std::string_view kBoldBlue = "\x1b[0;1;34m";
inline constexpr std::string_view kGreen = "\x1b[0;32m";
inline constexpr std::string_view kBlue = "\x1b[0;34m";

[[nodiscard]] std::string_view grey(ColourDepth depth);

// What goes before and after a message, and before the part of it that a search has found. All
// empty where a message is printed plainly.
struct MessageColours {
  std::string_view on;
  std::string_view off;
  std::string_view highlight;
};

// `priority` is the value of PRIORITY; anything but one digit from 0 to 7 counts as 6.
[[nodiscard]] MessageColours message_colours(std::string_view priority, ColourDepth depth);

}  // namespace logq::query
