// A process in a control group of its own, which the group's name makes a unit.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>

namespace logq::test {

class UnitProcess {
 public:
  using Work = std::function<void()>;

  // Runs `work` in it and returns when that is done; the process stays until this is destroyed.
  UnitProcess(const std::string& unit, const Work& work);
  UnitProcess(const UnitProcess&) = delete;
  UnitProcess& operator=(const UnitProcess&) = delete;
  ~UnitProcess();

  // Whether control groups can be made here.
  [[nodiscard]] bool possible() const { return possible_; }

 private:
  std::string group_;
  pid_t pid_ = -1;
  bool possible_ = false;
};

}  // namespace logq::test
