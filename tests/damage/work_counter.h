// Counts what an operation costs, the same in every run: steps, which are the branches taken in
// lib/journal (built for these tests with -fsanitize-coverage=trace-pc), and memory taken by
// operator new. For the thread that counts only.
#pragma once

#include <cstdint>

namespace logq::test {

struct Work {
  std::uint64_t steps = 0;
  std::uint64_t peak_bytes = 0;  // held at once, beyond what was held before
};

class WorkCounter {
 public:
  WorkCounter();  // counting begins
  ~WorkCounter();
  WorkCounter(const WorkCounter&) = delete;
  WorkCounter& operator=(const WorkCounter&) = delete;
  [[nodiscard]] Work work() const;
};

// An operation that takes more steps than this is going round in circles: the test ends at once
// with a message, which is better than one that never ends.
inline constexpr std::uint64_t kStepsOfALoop = 20'000'000'000;

}  // namespace logq::test
