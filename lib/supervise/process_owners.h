// ProcessOwners: for whom the processes run that came from this one. It is the reaper of orphans,
// so none of them gets lost; but whose an orphan was, only traces tell: the session it was in, or
// the INVOCATION_ID in its environment.
//
// Asks /proc, each time anew. Not thread-safe.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "logq/id128.h"
#include "supervise/descendants.h"
#include "supervise/process_list.h"

namespace logq::supervise {

class ProcessOwners {
 public:
  using Owner = std::size_t;

  // What descends from `root` now is nobody's. `proc` is where /proc is.
  explicit ProcessOwners(pid_t root, std::string proc = "/proc");

  // A child was started that leads a session of its own.
  void started(Owner owner, pid_t pid, const Id128& invocation);
  // Whose a child is that has ended, as long as it is not reaped.
  [[nodiscard]] std::optional<Owner> owner_of_ended(pid_t pid);
  // A child has gone for good.
  void reaped(pid_t pid);
  // Nothing of this owner's runs any more: its traces mean nothing now.
  void forget(Owner owner);
  // There is no such owner any more. What still runs of it stays its own.
  void remove(Owner owner);

  // Zombies left out.
  [[nodiscard]] std::vector<ProcessInfo> processes_of(Owner owner);
  [[nodiscard]] bool has_processes(Owner owner);
  [[nodiscard]] bool owns(Owner owner, pid_t pid);

 private:
  // At least those below children of the root that are wanted.
  [[nodiscard]] std::vector<Descendant> below_root(
      const std::function<bool(pid_t child)>& is_wanted) const;
  [[nodiscard]] bool may_be_of(Owner owner, pid_t child) const;
  std::optional<Owner> owner_of_child(const ProcessInfo& child);
  std::optional<Owner> owner_by_environment(pid_t pid) const;

  const pid_t root_;
  const std::string proc_;
  std::set<pid_t> strangers_;  // that were there before
  std::set<pid_t> strange_sessions_;
  std::set<Owner> owners_;
  std::map<pid_t, Owner> children_;  // of the root, once their owner is known
  std::map<pid_t, Owner> sessions_;  // by their leaders
  std::map<std::string, Owner> invocations_;
};

}  // namespace logq::supervise
