// WallForward: shows messages on the terminals of all who are logged in, as journald does with
// ForwardToWall= (docs/forwarding.md, "Terminals").
//
// Never waits for a terminal. Since any process may log at the level that is shown, only some in a
// while are shown; the others are missed. Not thread-safe.
#pragma once

#include <cstdint>
#include <string>

#include "collect/forwarded_message.h"
#include "collect/missed_count.h"
#include "collect/terminals.h"

namespace logq::collect {

class WallForward {
 public:
  struct Options {
    int level_max = 0;  // MaxLevelWall=
    LoginSources logins{};
  };
  explicit WallForward(Options options) : options_(std::move(options)) {}
  void configure(Options options) { options_ = std::move(options); }

  [[nodiscard]] bool shows(int level) const { return level <= options_.level_max; }
  // REQUIRES: shows() its level.
  void forward(const ForwardedMessage& message, std::uint64_t now_monotonic_usec);

  [[nodiscard]] MissedCount& missed() { return missed_; }

 private:
  [[nodiscard]] bool is_too_many(std::uint64_t now_monotonic_usec);

  Options options_;
  std::uint64_t window_began_usec_ = 0;
  std::uint64_t shown_in_window_ = 0;
  MissedCount missed_;
};

// The text as it goes to a terminal: an introduction, and control characters made visible.
[[nodiscard]] std::string compose_wall(const ForwardedMessage& message,
                                       const std::string& hostname);

}  // namespace logq::collect
