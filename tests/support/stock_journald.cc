#include "support/stock_journald.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <stdexcept>

#include "support/child_process.h"

namespace logq::test {
namespace {

constexpr const char* kJournald = "/lib/systemd/systemd-journald";

// $1 runtime directory, $2 storage directory, $3 configuration, $4 in place of /dev/kmsg,
// $5 library to preload, $6 whether a descriptor is passed.
constexpr const char* kStartScript =
    "mount -t tmpfs -o mode=0755 none /run && mkdir -p /run/systemd/journald.conf.d &&"
    " if [ -n \"$4\" ]; then mount --bind \"$4\" /dev/kmsg || exit 97; fi &&"
    " printf '%s' \"$3\" >/run/systemd/journald.conf.d/test.conf &&"
    " export RUNTIME_DIRECTORY=\"$1\" LOGS_DIRECTORY=\"$2\" || exit 97;"
    " if [ -n \"$6\" ]; then export LISTEN_FDS=1 LISTEN_PID=$$; fi;"
    " if [ -n \"$5\" ]; then export LD_PRELOAD=\"$5\"; fi;"
    " exec /lib/systemd/systemd-journald >/dev/null 2>\"$1/../journald.err\"";

// Before this it would die of SIGRTMIN+1: its sockets accept before it has set its signals up.
bool takes_sync_signals(pid_t pid) {
  const std::string status = read_text_file("/proc/" + std::to_string(pid) + "/status");
  const std::size_t at = status.find("\nSigBlk:");
  if (at == std::string::npos) return false;
  const std::uint64_t blocked = std::stoull(status.substr(at + 8), nullptr, 16);
  return ((blocked >> SIGRTMIN) & 1) != 0;  // bit N - 1 stands for signal N
}

// Reads "\n<le64 length><bytes>\n" at `at`, just behind a field name.
std::string read_binary_value(const std::string& text, std::size_t& at) {
  std::uint64_t length = 0;
  if (text.size() - at < 9) throw std::runtime_error("export: binary field cut off");
  std::memcpy(&length, text.data() + at + 1, sizeof(length));
  at += 9;
  if (length > text.size() - at) throw std::runtime_error("export: binary field cut off");
  std::string value = text.substr(at, length);
  at += length + 1;
  return value;
}

}  // namespace

std::optional<std::string> StockJournald::unavailable() {
  if (::geteuid() != 0) return "needs root to run a private systemd-journald";
  if (::access(kJournald, X_OK) != 0) return "systemd-journald is not installed";
  const CommandResult probe =
      run_command({.argv = {"unshare", "-m", "mount", "-t", "tmpfs", "none", "/run"},
                   .environment = {},
                   .input = {}});
  if (probe.status != 0) return "mount namespaces are not permitted here: " + probe.err;
  return std::nullopt;
}

StockJournald::StockJournald(const std::string& settings, StockExtras extras)
    : settings_(
          "[Journal]\nReadKMsg=no\nAudit=no\nRateLimitBurst=0\nForwardToWall=no\nForwardToSyslog="
          "no\n" +
          settings),
      extras_(std::move(extras)) {
  ::mkdir(runtime_dir().c_str(), 0755);
  ::mkdir(storage_dir().c_str(), 0755);
  write_text_file(runtime_dir() + "/flushed", "");  // so that it stores in LOGS_DIRECTORY at once
  start();
}

StockJournald::~StockJournald() {
  stop();
}

void StockJournald::start() {
  const std::string run = runtime_dir();
  const std::string log = storage_dir();
  pid_ = ::fork();
  if (pid_ < 0) throw std::runtime_error("fork failed");
  if (pid_ == 0) {
    if (extras_.audit_socket >= 0 && ::dup2(extras_.audit_socket, 3) == 3) ::fcntl(3, F_SETFD, 0);
    ::execlp("unshare", "unshare", "-m", "--propagation", "private", "sh", "-c", kStartScript, "sh",
             run.c_str(), log.c_str(), settings_.c_str(), extras_.kmsg.c_str(),
             extras_.preload.c_str(), extras_.audit_socket < 0 ? "" : "1",
             static_cast<char*>(nullptr));
    ::_exit(98);
  }
  const bool started = wait_until([this] {
    return takes_sync_signals(pid_) && accepts_connections(stdout_socket(), SOCK_STREAM) &&
           accepts_connections(native_socket(), SOCK_DGRAM) &&
           accepts_connections(syslog_socket(), SOCK_DGRAM);
  });
  if (!started) {
    const std::string why = read_text_file(directory_.path() + "/journald.err");
    stop();
    throw std::runtime_error("systemd-journald did not start: " + why);
  }
}

void StockJournald::stop() {
  if (pid_ <= 0) return;
  signal_process(pid_, SIGTERM);
  if (!wait_until([this] { return ::waitpid(pid_, nullptr, WNOHANG) == pid_; })) {
    signal_process(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  pid_ = -1;
}

void StockJournald::sync() {
  const std::string marker = runtime_dir() + "/synced";
  std::filesystem::remove(marker);
  signal_process(pid_, SIGRTMIN + 1);
  if (!wait_until([&] { return std::filesystem::exists(marker); })) {
    throw std::runtime_error("systemd-journald did not sync");
  }
}

std::string StockJournald::journalctl(const std::vector<std::string>& arguments) const {
  Command command{.argv = {"journalctl", "-q", "--no-pager", "-D", storage_dir()},
                  .environment = {},
                  .input = {}};
  command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
  return run_command(command).out;
}

std::vector<JournalFields> StockJournald::entries(const std::vector<std::string>& matches) {
  if (pid_ > 0) sync();
  std::vector<std::string> arguments{"-o", "export", "--all"};
  arguments.insert(arguments.end(), matches.begin(), matches.end());
  return parse_export(journalctl(arguments));
}

std::vector<OrderedFields> parse_export_in_order(const std::string& text) {
  std::vector<OrderedFields> entries;
  OrderedFields fields;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == '\n') {
      if (!fields.empty()) entries.push_back(std::move(fields));
      fields.clear();
      ++at;
      continue;
    }
    const std::size_t end = text.find_first_of("=\n", at);
    if (end == std::string::npos) throw std::runtime_error("export: field cut off");
    std::string name = text.substr(at, end - at);
    at = end;
    if (text[end] == '\n') {
      fields.emplace_back(std::move(name), read_binary_value(text, at));
      continue;
    }
    const std::size_t newline = std::min(text.find('\n', end), text.size());
    fields.emplace_back(std::move(name), text.substr(end + 1, newline - end - 1));
    at = newline + 1;
  }
  if (!fields.empty()) entries.push_back(std::move(fields));
  return entries;
}

std::vector<JournalFields> parse_export(const std::string& text) {
  std::vector<JournalFields> entries;
  for (OrderedFields& fields : parse_export_in_order(text)) {
    JournalFields& entry = entries.emplace_back();
    for (auto& [name, value] : fields)
      entry.emplace(std::move(name), std::move(value));
  }
  return entries;
}

}  // namespace logq::test
