#include "supervise/process_owners.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <utility>

#include "base/io.h"

namespace logq::supervise {
namespace {

// A chain of parents that changes while it is read could be a ring.
constexpr int kMostAncestors = 1000;

constexpr std::size_t kEnvironmentBytes = std::size_t{1} << 20;

// The one just below `root` that `info` descends from, or is.
template <typename Lookup>
std::optional<ProcessInfo> child_above(pid_t root, ProcessInfo info, const Lookup& lookup) {
  for (int steps = 0; steps < kMostAncestors; ++steps) {
    if (info.parent == root) return info;
    const auto parent = lookup(info.parent);
    if (!parent) return std::nullopt;
    info = *parent;
  }
  return std::nullopt;
}

}  // namespace

ProcessOwners::ProcessOwners(pid_t root, std::string proc) : root_(root), proc_(std::move(proc)) {
  for (const Descendant& one : below_root([](pid_t) { return true; })) {
    strangers_.insert(one.info.pid);
    strange_sessions_.insert(one.info.session);
  }
}

std::vector<Descendant> ProcessOwners::below_root(
    const std::function<bool(pid_t child)>& is_wanted) const {
  if (auto found = find_descendants(root_, is_wanted, proc_)) return *std::move(found);
  std::map<pid_t, ProcessInfo> all;
  for (ProcessInfo& info : list_processes(proc_))
    all.emplace(info.pid, std::move(info));
  const auto lookup = [&](pid_t pid) -> std::optional<ProcessInfo> {
    const auto found = all.find(pid);
    return found == all.end() ? std::nullopt : std::optional(found->second);
  };
  std::vector<Descendant> below;
  for (const auto& [pid, info] : all)
    if (auto child = child_above(root_, info, lookup)) below.push_back({info, *std::move(child)});
  return below;
}

void ProcessOwners::started(Owner owner, pid_t pid, const Id128& invocation) {
  owners_.insert(owner);
  children_[pid] = owner;
  sessions_[pid] = owner;
  invocations_[invocation.to_string()] = owner;
}

std::optional<ProcessOwners::Owner> ProcessOwners::owner_of_ended(pid_t pid) {
  if (const auto known = children_.find(pid); known != children_.end()) return known->second;
  const auto info = read_process(pid, proc_);
  return info ? owner_of_child(*info) : std::nullopt;
}

void ProcessOwners::reaped(pid_t pid) {
  strangers_.erase(pid);
  children_.erase(pid);
}

void ProcessOwners::forget(Owner owner) {
  const auto is_of = [&](const auto& trace) { return trace.second == owner; };
  std::erase_if(sessions_, is_of);
  std::erase_if(invocations_, is_of);
}

void ProcessOwners::remove(Owner owner) {
  if (has_processes(owner)) return;
  forget(owner);
  owners_.erase(owner);
}

std::vector<ProcessInfo> ProcessOwners::processes_of(Owner owner) {
  std::vector<ProcessInfo> own;
  for (Descendant& one : below_root([&](pid_t child) { return may_be_of(owner, child); }))
    if (!one.info.is_zombie && owner_of_child(one.child) == owner)
      own.push_back(std::move(one.info));
  return own;
}

bool ProcessOwners::has_processes(Owner owner) {
  siginfo_t info{};
  const bool is_asked_of_kernel = root_ == ::getpid();
  if (is_asked_of_kernel && ::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0 &&
      errno == ECHILD)
    return false;
  return !processes_of(owner).empty();
}

bool ProcessOwners::owns(Owner owner, pid_t pid) {
  const auto lookup = [&](pid_t parent) { return read_process(parent, proc_); };
  const auto info = lookup(pid);
  if (!info) return false;
  const auto child = child_above(root_, *info, lookup);
  return child && owner_of_child(*child) == owner;
}

bool ProcessOwners::may_be_of(Owner owner, pid_t child) const {
  if (strangers_.contains(child)) return false;
  const auto known = children_.find(child);
  return known == children_.end() || known->second == owner;
}

std::optional<ProcessOwners::Owner> ProcessOwners::owner_of_child(const ProcessInfo& child) {
  if (strangers_.contains(child.pid)) return std::nullopt;
  if (const auto known = children_.find(child.pid); known != children_.end()) return known->second;
  std::optional<Owner> owner;
  if (const auto session = sessions_.find(child.session); session != sessions_.end()) {
    owner = session->second;
  } else {
    owner = owner_by_environment(child.pid);
  }
  // Without a trace, and with nobody else whose it could be.
  if (!owner && owners_.size() == 1 && !strange_sessions_.contains(child.session))
    owner = *owners_.begin();
  if (owner) children_.emplace(child.pid, *owner);
  return owner;
}

std::optional<ProcessOwners::Owner> ProcessOwners::owner_by_environment(pid_t pid) const {
  constexpr std::string_view kName = "INVOCATION_ID=";
  const auto text =
      base::read_small_file(proc_ + "/" + std::to_string(pid) + "/environ", kEnvironmentBytes);
  if (!text) return std::nullopt;
  for (std::string_view rest = *text; !rest.empty();) {
    const std::string_view assignment = rest.substr(0, rest.find('\0'));
    rest.remove_prefix(std::min(assignment.size() + 1, rest.size()));
    if (!assignment.starts_with(kName)) continue;
    const auto found = invocations_.find(std::string(assignment.substr(kName.size())));
    return found == invocations_.end() ? std::nullopt : std::optional(found->second);
  }
  return std::nullopt;
}

}  // namespace logq::supervise
