#include "journal/value_filter.h"

#include <algorithm>
#include <bit>

namespace logq::journal {
namespace {

// About 13 bits per value make one wrong "perhaps" in thirty.
constexpr std::uint64_t kValuesPerWord = 5;
constexpr std::uint64_t kWordsMax = std::uint64_t{1} << 19;  // 4 MiB

}  // namespace

ValueFilter::ValueFilter(std::uint64_t expected_values) {
  const std::uint64_t wanted =
      std::clamp<std::uint64_t>(expected_values / kValuesPerWord, 64, kWordsMax);
  const std::uint64_t words = std::bit_ceil(wanted);
  words_.resize(words);
  shift_ = 64 - static_cast<unsigned>(std::countr_zero(words));
}

}  // namespace logq::journal
