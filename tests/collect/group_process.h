// Processes that are begun in a control group of the test's own, under a number of the test's
// choice.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>

#include "base/unique_fd.h"

namespace logq::test {

// A control group of the unified hierarchy whose name makes it a unit. Removed with this object.
class UnitGroup {
 public:
  explicit UnitGroup(const std::string& name);
  UnitGroup(const UnitGroup&) = delete;
  UnitGroup& operator=(const UnitGroup&) = delete;
  ~UnitGroup() { remove(); }

  // Whether such groups can be made here.
  [[nodiscard]] bool possible() const { return directory_.is_open(); }
  [[nodiscard]] const std::string& unit() const { return unit_; }
  [[nodiscard]] int fd() const { return directory_.get(); }
  [[nodiscard]] std::uint64_t id() const;
  // REQUIRES: no process is in it. Once more does nothing.
  void remove();

 private:
  std::string unit_;
  std::string path_;
  base::UniqueFd directory_;
};

// Begins a process that does `work` and exits: in `group`, with the number `pid` unless that is 0.
// Its number, or -1 when the kernel does not allow it.
pid_t begin_in_group(const UnitGroup& group, pid_t pid, const std::function<void()>& work);

}  // namespace logq::test
