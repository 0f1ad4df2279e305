// SeededHash: for tables in memory whose keys a file chooses. Its key is a random number of this
// process, so no file can be made whose keys all meet in one bucket, or two of which hash alike.
// For std::unordered_map; equal keys hash alike in copies of one SeededHash only.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/siphash.h"
#include "logq/id128.h"

namespace logq::journal {

class SeededHash {
 public:
  [[nodiscard]] std::size_t operator()(std::string_view bytes) const { return siphash_(bytes); }
  [[nodiscard]] std::size_t operator()(std::uint64_t number) const {
    const auto bytes = std::bit_cast<std::array<char, sizeof number>>(number);
    return siphash_(std::string_view(bytes.data(), bytes.size()));
  }

 private:
  base::SipHash24 siphash_{Id128::random().bytes};
};

}  // namespace logq::journal
