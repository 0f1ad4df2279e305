// RateMeter: how much was stored per second lately. Fed with running totals once a second while
// something happens, so it costs nothing per entry. Pure: the time is passed in. Not thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace logq::collect {

class RateMeter {
 public:
  struct Totals {
    std::uint64_t entries = 0;
    std::uint64_t bytes = 0;
    friend bool operator==(const Totals&, const Totals&) = default;
  };
  struct Rate {
    double entries_per_second = 0;
    double bytes_per_second = 0;
  };

  // Begins with nothing having happened before.
  RateMeter(std::uint64_t now_usec, const Totals& totals);

  // To be called every kIntervalUsec while the totals change, and once after.
  void note(std::uint64_t now_usec, const Totals& totals);
  // What is noted last.
  [[nodiscard]] const Totals& noted() const { return newest().totals; }

  // Of the last `seconds`, 1 to 60, or of the time since the beginning where that is shorter.
  [[nodiscard]] Rate over(std::uint64_t seconds,
                          std::uint64_t now_usec,
                          const Totals& totals) const;

  static constexpr std::uint64_t kIntervalUsec = 1'000'000;

 private:
  struct Sample {
    std::uint64_t usec = 0;
    Totals totals;
  };
  [[nodiscard]] const Sample& newest() const { return samples_[(count_ - 1) % samples_.size()]; }

  std::array<Sample, 64> samples_;  // a ring
  std::size_t count_ = 0;           // samples there have been
};

}  // namespace logq::collect
