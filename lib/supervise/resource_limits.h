// Limits of setrlimit(2): LimitNOFILE=1024:4096 of unit files, and softlimit's letters. Pure: what
// is in force is given.
#pragma once

#include <sys/resource.h>

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace logq::supervise {

struct ResourceLimit {
  int resource = RLIMIT_NOFILE;
  rlim_t soft = RLIM_INFINITY;
  // Absent: it stays as it is and bounds `soft`.
  std::optional<rlim_t> hard;

  friend bool operator==(const ResourceLimit&, const ResourceLimit&) = default;
};

// What to hand to setrlimit(2) where `current` is in force.
[[nodiscard]] rlimit limit_to_set(const ResourceLimit& limit, const rlimit& current);

// The resource of "LimitNOFILE"; -1 for other keys.
[[nodiscard]] int resource_of_key(std::string_view key);

enum class LimitProblem : std::uint8_t { kNone, kMalformed, kSoftAboveHard };
struct ParsedLimit {
  ResourceLimit limit;
  LimitProblem problem = LimitProblem::kNone;
};
// "1024", "1024:4096", "infinity"; bytes with K, M, G, …; LimitCPU= and LimitRTTIME= as time spans,
// LimitNICE= also as a nice level with its sign. One value is both the soft and the hard limit.
[[nodiscard]] ParsedLimit parse_limit(int resource, std::string_view value);

// What an option of daemontools' softlimit does: -m bounds several memories, -o open files, …
// `value` is a number of bytes, files, … or "=" for the hard limit. Only soft limits are set.
// Empty for a letter or a value that it does not take.
[[nodiscard]] std::vector<ResourceLimit> parse_soft_limit(char letter, std::string_view value);

}  // namespace logq::supervise
