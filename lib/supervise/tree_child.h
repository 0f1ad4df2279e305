// A child of a supervision tree: whether the tree starts it again when it ends. OTP's three kinds,
// and how a service's Restart= leads to them: what it says of delays and limits is the tree's
// affair. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "supervise/restart_policy.h"

namespace logq::supervise {

enum class ChildRestart : std::uint8_t {
  kPermanent,  ///< always
  kTransient,  ///< after an abnormal end
  kTemporary,  ///< never, not even with its siblings
};
[[nodiscard]] std::string_view name_of(ChildRestart restart);  // "permanent"

// What a tree is told of an end that it did not order.
enum class ChildEnd : std::uint8_t {
  kNormal,    ///< OTP's normal and shutdown; also of a tree that ended by itself
  kAbnormal,  ///< any other
};

// always is permanent, no is temporary, and everything that depends on the end is transient.
[[nodiscard]] ChildRestart child_restart(const RestartSettings& settings);
// For a transient service the table of Restart= says which ends are abnormal: those that systemd
// would restart it after.
[[nodiscard]] ChildEnd child_end(const RestartSettings& settings, const ServiceEnd& end);

struct TreeChild {
  std::string name;  // "a.service", "inner.tree"
  ChildRestart restart = ChildRestart::kPermanent;
};

}  // namespace logq::supervise
