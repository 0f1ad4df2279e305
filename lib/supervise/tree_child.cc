#include "supervise/tree_child.h"

#include <array>

namespace logq::supervise {
namespace {

constexpr std::array<std::string_view, 3> kChildRestartNames = {"permanent", "transient",
                                                                "temporary"};

}  // namespace

std::string_view name_of(ChildRestart restart) {
  return kChildRestartNames.at(static_cast<std::size_t>(restart));
}

ChildRestart child_restart(const RestartSettings& settings) {
  const auto is_empty = [](const ExitStatusSet& set) {
    return set.statuses.none() && set.signals.none();
  };
  if (settings.restart == Restart::kAlways && is_empty(settings.prevent)) {
    return ChildRestart::kPermanent;
  }
  if (settings.restart == Restart::kNo && is_empty(settings.force)) {
    return ChildRestart::kTemporary;
  }
  return ChildRestart::kTransient;
}

ChildEnd child_end(const RestartSettings& settings, const ServiceEnd& end) {
  return shall_restart(settings, end) ? ChildEnd::kAbnormal : ChildEnd::kNormal;
}

}  // namespace logq::supervise
