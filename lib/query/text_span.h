// TextSpan: a range of bytes in some text, by positions.
#pragma once

#include <cstddef>

namespace logq::query {

struct TextSpan {
  std::size_t begin = 0;
  std::size_t end = 0;  // one behind the last byte
};

}  // namespace logq::query
