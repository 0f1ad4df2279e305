// RateLimiter: how many entries of one unit are stored in a window of time; journald's rules.
//
// A unit has five pools, of levels 0 to 2, 3, 4, 5 to 6 and 7, so that a flood of debug messages
// costs it no error. A window begins with the first entry and is not prolonged. Pure: the time is
// passed in. Not thread-safe.
#pragma once

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "collect/options.h"

namespace logq::collect {

class RateLimiter {
 public:
  struct Request {
    std::string_view unit;
    pid_t pid = 0;  // of the sender, for the report
    int level = 6;
    RateLimitSettings settings;
    std::uint64_t available_bytes = 0;  // what the journal may still grow by
    std::uint64_t now_usec = 0;         // monotonic
  };
  struct Decision {
    bool admitted = true;
    std::uint64_t suppressed = 0;  // in the window before, not reported so far; only with admitted
  };
  Decision admit(const Request& request);

  struct Suppressed {
    std::string unit;
    pid_t pid = 0;  // of the last sender
    std::uint64_t count = 0;
  };
  // A window that has ended with entries suppressed, which counts as reported from now on. At
  // UINT64_MAX all have ended.
  std::optional<Suppressed> take_ended(std::uint64_t now_usec);
  // When to ask for such a window again; nothing while no entry is suppressed.
  [[nodiscard]] std::optional<std::uint64_t> next_end_usec() const;

  // Entries suppressed since the start.
  [[nodiscard]] std::uint64_t total() const { return total_; }

 private:
  static constexpr std::size_t kPools = 5;
  struct Pool {
    bool begun = false;
    std::uint64_t begin_usec = 0;
    std::uint64_t admitted = 0;
    std::uint64_t suppressed = 0;
    pid_t pid = 0;
  };
  struct Group {
    std::uint64_t interval_usec = 0;  // as last seen, since a unit's may be changed
    std::array<Pool, kPools> pools;
  };
  Group& group_of(std::string_view unit, std::uint64_t now_usec);
  void forget_oldest();
  void refuse(const Group& group, Pool& pool, const Request& request);
  // The last moment of a pool's window.
  [[nodiscard]] static std::uint64_t end_of(const Group& group, const Pool& pool);
  [[nodiscard]] static bool is_over(const Group& group, std::uint64_t now_usec);

  std::unordered_map<std::string, Group> groups_;
  std::list<std::string> by_age_;      // units, the one seen first in front
  std::vector<Suppressed> forgotten_;  // suppressed by groups that had to make room
  std::uint64_t total_ = 0;
  std::uint64_t pools_suppressing_ = 0;
  // No window with entries suppressed ends before this, so that nobody need look for one until
  // then.
  std::uint64_t next_end_usec_ = 0;
};

// The burst that `available_bytes` of room allow: more room, more entries.
[[nodiscard]] std::uint64_t scaled_burst(std::uint64_t burst, std::uint64_t available_bytes);

}  // namespace logq::collect
