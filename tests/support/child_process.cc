#include "support/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace logq::test {
namespace {

std::string make_directory() {
  std::string path = (std::filesystem::temp_directory_path() / "logq-child-XXXXXX").string();
  if (::mkdtemp(path.data()) == nullptr || ::chmod(path.c_str(), 0711) != 0)
    throw std::runtime_error("mkdtemp failed");
  return path;
}

void redirect(const std::string& path, int flags, int target) {
  const int fd = ::open(path.c_str(), flags, 0600);
  if (fd < 0 || ::dup2(fd, target) < 0) ::_exit(99);
  if (fd != target) ::close(fd);
}

// A supervisor under test is none of the machine's.
void keep_out_of_the_runtime_directory(const std::string& directory) {
  const std::string path = directory + "/run";
  if (::mkdir(path.c_str(), 0) != 0 || ::chmod(path.c_str(), 01777) != 0) ::_exit(99);
  ::setenv("LOGQ_RUN_DIR", path.c_str(), 0);
}

[[noreturn]] void execute(const Command& command, const std::string& directory) {
  keep_out_of_the_runtime_directory(directory);
  if (command.dies_with_test) ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  redirect(directory + "/in", O_RDONLY, STDIN_FILENO);
  redirect(directory + "/out", O_WRONLY | O_CREAT | O_APPEND, STDOUT_FILENO);
  redirect(directory + "/err", O_WRONLY | O_CREAT | O_APPEND, STDERR_FILENO);
  for (const auto& [name, value] : command.environment) {
    ::setenv(name.c_str(), value.c_str(), 1);
  }
  std::vector<char*> argv;
  for (const std::string& argument : command.argv) {
    argv.push_back(const_cast<char*>(argument.c_str()));  // execvp does not write to them
  }
  argv.push_back(nullptr);
  ::execvp(argv[0], argv.data());
  ::_exit(98);
}

// Sleeps until a child ends, at most until the deadline; at once where the kernel has no pidfd.
void await_end(pid_t pid, std::chrono::milliseconds deadline) {
  const auto fd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  if (fd < 0) return;
  pollfd ended{fd, POLLIN, 0};
  ::poll(&ended, 1, static_cast<int>(deadline.count()));
  ::close(fd);
}

int decode_status(int status) {
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

ChildProcess::ChildProcess(const Command& command) : directory_(make_directory()) {
  write_text_file(directory_ + "/in", command.input);
  pid_ = ::fork();
  if (pid_ < 0) throw std::runtime_error("fork failed");
  if (pid_ == 0) execute(command, directory_);
}

ChildProcess::~ChildProcess() {
  if (signal_process(pid_, SIGKILL)) {
    ::waitpid(pid_, nullptr, 0);
  }
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

SupervisorProcess::~SupervisorProcess() {
  signal(SIGTERM);
  wait();
}

void ChildProcess::signal(int number) const {
  signal_process(pid_, number);
}

CommandResult ChildProcess::wait(std::chrono::seconds deadline) {
  // To kill and waitpid, -1 stands for every process there is.
  if (pid_ <= 0) return {.status = -1, .out = out(), .err = err()};
  int status = 0;
  const auto end = std::chrono::steady_clock::now() + deadline;
  await_end(pid_, deadline);
  const bool ended = wait_until([&] { return ::waitpid(pid_, &status, WNOHANG) == pid_; },
                                std::chrono::duration_cast<std::chrono::milliseconds>(
                                    end - std::chrono::steady_clock::now()));
  if (!ended) {
    signal_process(pid_, SIGKILL);
    ::waitpid(pid_, &status, 0);
  }
  pid_ = -1;
  return {.status = ended ? decode_status(status) : -1, .out = out(), .err = err()};
}

std::string ChildProcess::out() const {
  return read_text_file(directory_ + "/out");
}
std::string ChildProcess::err() const {
  return read_text_file(directory_ + "/err");
}

bool signal_process(pid_t pid, int number) {
  return pid > 0 && ::kill(pid, number) == 0;
}

CommandResult run_command(const Command& command) {
  ChildProcess child(command);
  return child.wait(command.deadline);
}

void sleep_briefly() {
  std::this_thread::sleep_for(std::chrono::milliseconds(5));
}

bool accepts_connections(const std::string& path, int type) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path)) return false;
  std::memcpy(address.sun_path, path.data(), path.size());
  const int fd = ::socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
  const bool ok = ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  ::close(fd);
  return ok;
}

std::string read_text_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (file) text << file.rdbuf();
  return text.str();
}

void write_text_file(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

std::size_t anonymous_kib(pid_t pid) {
  const std::string status = read_text_file("/proc/" + std::to_string(pid) + "/status");
  const std::string_view label = "RssAnon:";
  const std::size_t at = status.find(label);
  return at == std::string::npos ? 0 : std::stoul(status.substr(at + label.size()));
}

}  // namespace logq::test
