// The text of /proc/PID/cgroup, whose names any user may choose: what a path tells is part of it or
// of its unescaped form, and names a unit only where it may be one.
#include <string>
#include <string_view>

#include "collect/cgroup_path.h"
#include "require.h"

namespace {

using logq::fuzz::require;
using namespace logq::collect;

// A name lies between two slashes, so it is not longer than the path and has no slash.
void check_name(const std::optional<std::string>& name, std::string_view path) {
  if (!name.has_value()) return;
  require(!name->empty());
  require(name->size() <= path.size() + std::string_view("-.slice").size());
  require(name->find('/') == std::string::npos);
}

void check_path(std::string_view path) {
  const CgroupOwner owner = parse_cgroup_path(path);
  for (const auto* name :
       {&owner.session, &owner.unit, &owner.user_unit, &owner.slice, &owner.user_slice}) {
    check_name(*name, path);
  }
  const std::string_view unit = unit_cgroup_path(path);
  require(path.starts_with(unit));
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const auto hierarchy : {CgroupHierarchy::kUnified, CgroupHierarchy::kNamedSystemd}) {
    const auto path = find_cgroup_path(text, hierarchy);
    if (path.has_value() && path->starts_with('/')) check_path(*path);
  }
  check_path("/" + std::string(text.substr(0, text.find('\n'))));
  return 0;
}
