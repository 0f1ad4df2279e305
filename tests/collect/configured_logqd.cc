#include "collect/configured_logqd.h"

#include <signal.h>
#include <sys/stat.h>

#include <filesystem>
#include <stdexcept>

#include "support/private_logqd.h"

namespace logq::test {

ConfiguredLogqd::ConfiguredLogqd(const std::string& settings, Environment environment)
    : environment_(std::move(environment)) {
  write_text_file(directory_.path() + "/logqd.conf", settings);
  start();
}

void ConfiguredLogqd::make_storage_possible() const {
  std::filesystem::create_directories(directory_.path() + "/later");
}

void ConfiguredLogqd::start() {
  std::filesystem::remove(stdout_socket());
  process_ = std::make_unique<ChildProcess>(
      Command{{built_program("logqd"), "--runtime-dir=" + runtime_dir(),
               "--storage-dir=" + storage_dir(), "--config=" + directory_.path() + "/logqd.conf"},
              environment_,
              {}});
  if (!wait_until([&] { return std::filesystem::exists(stdout_socket()); })) {
    throw std::runtime_error("logqd does not listen: " + process_->err());
  }
  sync();  // a socket has its name before it listens; by now it does
}

CommandResult ConfiguredLogqd::stop() {
  process_->signal(SIGTERM);
  CommandResult result = process_->wait();
  process_.reset();
  return result;
}

void ConfiguredLogqd::kill() {
  process_->signal(SIGKILL);
  process_->wait();
  process_.reset();
}

void ConfiguredLogqd::ask(int signal, const std::string& stamp) const {
  const std::string path = runtime_dir() + "/" + stamp;
  std::filesystem::remove(path);
  process_->signal(signal);
  if (!wait_until([&] { return std::filesystem::exists(path); })) {
    throw std::runtime_error("logqd has not " + stamp + ": " + process_->err());
  }
}

void ConfiguredLogqd::flush() const {
  ask(SIGUSR1, "flushed");
}
void ConfiguredLogqd::rotate() const {
  ask(SIGUSR2, "rotated");
}
void ConfiguredLogqd::sync() const {
  ask(SIGRTMIN + 1, "synced");
}

std::vector<JournalFields> ConfiguredLogqd::entries(const std::string& directory,
                                                    std::vector<std::string> matches) const {
  if (process_ != nullptr) sync();
  std::vector<std::string> argv{"journalctl", "-q", "-o", "export", "--all", "-D", directory};
  argv.insert(argv.end(), matches.begin(), matches.end());
  return parse_export(run_command({argv, {}, {}}).out);
}

std::size_t count_journal_files(const std::string& directory) {
  std::size_t count = 0;
  std::error_code missing;
  for (const auto& file : std::filesystem::directory_iterator(directory, missing)) {
    const std::string name = file.path().filename().string();
    if (name.ends_with(".journal") || name.ends_with(".journal~")) ++count;
  }
  return count;
}

}  // namespace logq::test
