#include "collect/unit_process.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "support/child_process.h"

namespace logq::test {
namespace {

// The hierarchy that systemd would use: hybrid, legacy or unified.
std::string parent_group() {
  for (const std::string hierarchy : {"/sys/fs/cgroup/unified/", "/sys/fs/cgroup/systemd/"}) {
    if (std::filesystem::exists(hierarchy)) return hierarchy;
  }
  return "/sys/fs/cgroup/";
}

}  // namespace

UnitProcess::UnitProcess(const std::string& unit, const Work& work)
    : group_(parent_group() + unit) {
  std::error_code error;
  possible_ = std::filesystem::create_directory(group_, error);
  int done[2];
  if (!possible_ || ::pipe(done) < 0) return;
  pid_ = ::fork();
  if (pid_ == 0) {
    write_text_file(group_ + "/cgroup.procs", "0");
    work();
    ::close(done[1]);
    ::close(done[0]);
    ::pause();
    ::_exit(0);
  }
  ::close(done[1]);
  char end = 0;
  possible_ = ::read(done[0], &end, 1) == 0;
  ::close(done[0]);
}

UnitProcess::~UnitProcess() {
  if (pid_ > 0) {
    signal_process(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  std::error_code error;
  wait_until([&] { return !std::filesystem::exists(group_) || ::rmdir(group_.c_str()) == 0; });
}

}  // namespace logq::test
