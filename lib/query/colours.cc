#include "query/colours.h"

namespace logq::query {

std::string_view grey(ColourDepth depth) {
  return depth == ColourDepth::k16 ? "\x1b[0;90m" : "\x1b[0;38;5;245m";
}

MessageColours message_colours(std::string_view priority, ColourDepth depth) {
  const std::string_view yellow = depth == ColourDepth::k16 ? "\x1b[0;1;33m" : "\x1b[0;1;38;5;185m";
  switch (priority.size() == 1 ? priority[0] : '6') {
    case '0':
    case '1':
    case '2':
    case '3':
      return {kBoldRed, kColourOff, kBold};
    case '4':
      return {yellow, kColourOff, kBold};
    case '5':
      return {kBold, kColourOff, kBoldRed};
    case '7':
      return {grey(depth), kColourOff, kBoldRed};
    default:
      return {};
  }
}

}  // namespace logq::query
