#include "collect/passed_socket_logqd.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/child_process.h"
#include "support/unix_socket.h"

namespace logq::test {
PassedSocketLogqd::PassedSocketLogqd(const std::string& settings) {
  write_text_file(directory_.path() + "/logqd.conf", settings);
  ::mkdir(runtime_dir().c_str(), 0700);
  ::mkdir(storage_dir().c_str(), 0700);
  native_ = bind_unix(native_socket(), SOCK_DGRAM);
  streams_ = bind_unix(stdout_socket(), SOCK_STREAM);
  control_ = bind_unix(runtime_dir() + "/io.systemd.journal", SOCK_STREAM);
  batches_ = bind_unix(batch_socket(), SOCK_SEQPACKET);
  start();
}

PassedSocketLogqd::~PassedSocketLogqd() {
  if (pid_ > 0) kill();
}

void PassedSocketLogqd::start() {
  // High numbers, so that placing them at 3 and above cannot overwrite one another.
  const std::string runtime = "--runtime-dir=" + runtime_dir();
  const std::string storage = "--storage-dir=" + storage_dir();
  const std::string config = "--config=" + directory_.path() + "/logqd.conf";
  pid_ = ::fork();
  if (pid_ != 0) return;
  const int streams = ::fcntl(streams_.get(), F_DUPFD, 100);
  const int native = ::fcntl(native_.get(), F_DUPFD, 100);
  const int control = ::fcntl(control_.get(), F_DUPFD, 100);
  const int batches = ::fcntl(batches_.get(), F_DUPFD, 100);
  ::dup2(streams, 3);  // in no particular order: logqd looks at what they are
  ::dup2(native, 4);
  ::dup2(control, 5);
  ::dup2(batches, 6);
  ::setenv("LISTEN_FDS", "4", 1);
  ::setenv("LISTEN_PID", std::to_string(::getpid()).c_str(), 1);
  ::execl(LOGQ_BIN_DIR "/logqd", "logqd", runtime.c_str(), storage.c_str(), config.c_str(),
          nullptr);
  ::_exit(127);
}

void PassedSocketLogqd::kill() {
  signal_process(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

int PassedSocketLogqd::stop() {
  int status = 0;
  signal_process(pid_, SIGTERM);
  ::waitpid(pid_, &status, 0);
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace logq::test
