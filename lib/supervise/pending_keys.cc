#include "supervise/pending_keys.h"

#include <algorithm>
#include <array>

#include "supervise/unit_syntax.h"

namespace logq::supervise {
namespace {

std::string all(std::string_view value) {
  return std::string(value);
}

// One service is run at a time; targets are taken for granted.
std::string but_targets(std::string_view value) {
  std::string others;
  for (const std::string_view name : split_blanks(value)) {
    if (!name.ends_with(".target")) others.append(others.empty() ? "" : " ").append(name);
  }
  return others;
}

constexpr std::array kPendingKeys = {
    PendingKey{"Unit", "Requires", &but_targets},
    PendingKey{"Unit", "RequiresOverridable", &but_targets},
    PendingKey{"Unit", "Wants", &but_targets},
    PendingKey{"Unit", "BindsTo", &but_targets},
    PendingKey{"Unit", "BindTo", &but_targets},
    PendingKey{"Unit", "PartOf", &but_targets},
    PendingKey{"Unit", "After", &but_targets},
    PendingKey{"Unit", "Before", &but_targets},
    PendingKey{"Unit", "OnFailure", &all},
    PendingKey{"Unit", "OnSuccess", &all},
    PendingKey{"Socket", "ListenUSBFunction", &all},
};

}  // namespace

std::span<const PendingKey> pending_keys() {
  return kPendingKeys;
}

std::string pending_part(std::string_view section, std::string_view key, std::string_view value) {
  const auto found = std::ranges::find_if(kPendingKeys, [&](const PendingKey& pending) {
    return pending.section == section && pending.key == key;
  });
  return found == kPendingKeys.end() ? std::string() : found->part(value);
}

}  // namespace logq::supervise
