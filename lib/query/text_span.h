// TextSpan: a part of a text, as byte positions.
#pragma once

#include <cstddef>

namespace logq::query {

struct TextSpan {
  std::size_t begin = 0;
  std::size_t end = 0;  // one past the last byte; equal to `begin` for an empty span

  friend bool operator==(const TextSpan&, const TextSpan&) = default;
};

}  // namespace logq::query
