#include "collect/group_process.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <linux/sched.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "collect/cgroup_path.h"
#include "support/child_process.h"

namespace logq::test {

UnitGroup::UnitGroup(const std::string& name)
    : unit_("logq-" + name + "-" + std::to_string(::getpid()) + ".service"),
      path_(collect::detect_cgroup_root() + "/" + unit_) {
  struct statfs status {};
  const std::string root = collect::detect_cgroup_root();
  if (::statfs(root.c_str(), &status) < 0 || status.f_type != CGROUP2_SUPER_MAGIC) return;
  if (::mkdir(path_.c_str(), 0755) < 0) return;
  directory_.reset(::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

std::uint64_t UnitGroup::id() const {
  struct stat status {};
  return ::fstat(fd(), &status) == 0 ? status.st_ino : 0;
}

void UnitGroup::remove() {
  if (!possible()) return;
  directory_.reset();
  // A process that was waited for leaves a moment later.
  wait_until([&] { return ::rmdir(path_.c_str()) == 0; });
}

pid_t begin_in_group(const UnitGroup& group, pid_t pid, const std::function<void()>& work) {
  clone_args arguments{};
  arguments.flags = CLONE_INTO_CGROUP;
  arguments.exit_signal = SIGCHLD;
  arguments.cgroup = static_cast<unsigned long long>(group.fd());
  if (pid != 0) {
    arguments.set_tid = reinterpret_cast<unsigned long long>(&pid);
    arguments.set_tid_size = 1;
  }
  const auto child = static_cast<pid_t>(::syscall(SYS_clone3, &arguments, sizeof(arguments)));
  if (child != 0) return child;
  work();
  ::_exit(0);
}

}  // namespace logq::test
