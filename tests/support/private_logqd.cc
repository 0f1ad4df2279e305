#include "support/private_logqd.h"

#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>

namespace logq::test {
namespace {

std::size_t count_archives(const std::string& directory) {
  std::size_t archives = 0;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    if (entry.path().filename().string().find('@') != std::string::npos) ++archives;
  }
  return archives;
}

}  // namespace

Environment preloading(const std::string& library) {
  const char* options = std::getenv("ASAN_OPTIONS");
  return {{"LD_PRELOAD", library},
          {"ASAN_OPTIONS",
           (options == nullptr ? "" : std::string(options) + ":") + "verify_asan_link_order=0"}};
}

std::string built_program(const std::string& name) {
  return LOGQ_BIN_DIR "/" + name;
}

PrivateLogqd::PrivateLogqd(std::vector<std::string> options, Environment environment)
    : options_(std::move(options)),
      environment_(std::move(environment)) {
  ::mkdir(runtime_dir().c_str(), 0700);
  ::mkdir(storage_dir().c_str(), 0700);
  start();
}

Environment PrivateLogqd::environment() const {
  return {{"LOGQ_SOCKET", native_socket()}, {"LOGQ_STDOUT_SOCKET", stdout_socket()}};
}

void PrivateLogqd::start() {
  // Left over from a killed predecessor; removed so that its presence says that this one listens.
  std::filesystem::remove(native_socket());
  std::filesystem::remove(stdout_socket());
  Command command{
      {built_program("logqd"), "--runtime-dir=" + runtime_dir(), "--storage-dir=" + storage_dir()},
      environment_,
      {}};
  command.argv.insert(command.argv.end(), options_.begin(), options_.end());
  process_ = std::make_unique<ChildProcess>(command);
  const bool listens = wait_until([&] {
    return std::filesystem::exists(native_socket()) &&
           accepts_connections(stdout_socket(), SOCK_STREAM);  // the last to listen
  });
  if (!listens) throw std::runtime_error("logqd does not listen: " + process_->err());
}

CommandResult PrivateLogqd::stop() {
  process_->signal(SIGTERM);
  return process_->wait();
}

void PrivateLogqd::kill() {
  process_->signal(SIGKILL);
  process_->wait();
}

void PrivateLogqd::rotate() const {
  const std::size_t before = count_archives(storage_dir());
  process_->signal(SIGUSR2);
  if (!wait_until([&] { return count_archives(storage_dir()) > before; })) {
    throw std::runtime_error("logqd does not rotate");
  }
}

void PrivateLogqd::sync() const {
  const std::string stamp = runtime_dir() + "/synced";
  // By what it says: a file system's clock is too coarse to tell two quick syncs apart.
  const std::string before = read_text_file(stamp);
  process_->signal(SIGRTMIN + 1);
  if (!wait_until([&] { return read_text_file(stamp) != before; })) {
    throw std::runtime_error("logqd does not sync");
  }
}

CommandResult PrivateLogqd::read(const std::string& program,
                                 const std::vector<std::string>& arguments) const {
  Command command{{program == "logq" ? built_program("logq") : program, "-D", storage_dir()},
                  {{"TZ", "UTC"}, {"LC_ALL", "C.UTF-8"}},
                  {}};
  command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
  return run_command(command);
}

}  // namespace logq::test
