#include "support/booted_systemd.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <utility>

namespace logq::test {
namespace {

constexpr const char* kScript = LOGQ_SOURCE_DIR "/tests/support/booted_systemd.sh";
constexpr const char* kPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

// In a mount namespace of its own, so that this process never sees what it mounts.
Command script(std::vector<std::string> arguments) {
  Command command{.argv = {"unshare", "--mount", "--propagation", "private", "sh", kScript},
                  .environment = {{"PATH", kPath}},
                  .input = ""};
  for (std::string& argument : arguments)
    command.argv.push_back(std::move(argument));
  return command;
}

std::optional<pid_t> parse_pid(const std::string& text) {
  pid_t pid = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), pid);
  if (error != std::errc() || end == text.data()) return std::nullopt;
  return pid;
}

std::string without_last_newline(std::string text) {
  if (text.ends_with('\n')) text.pop_back();
  return text;
}

// The number that a process has for us, from the one it has in the machine.
std::optional<pid_t> find_process(const std::string& inside, pid_t first_process) {
  const std::string machine =
      std::filesystem::read_symlink("/proc/" + std::to_string(first_process) + "/ns/pid");
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const auto pid = parse_pid(entry.path().filename().string());
    std::error_code gone;
    if (!pid.has_value() ||
        std::filesystem::read_symlink(entry.path() / "ns/pid", gone) != machine) {
      continue;
    }
    const std::string status = read_text_file(entry.path().string() + "/status");
    const std::size_t at = status.find("\nNSpid:");
    const std::string numbers = status.substr(at, status.find('\n', at + 1) - at);
    if (at != std::string::npos && numbers.ends_with("\t" + inside)) return pid;
  }
  return std::nullopt;
}

}  // namespace

std::string BootedSystemd::unavailable() {
#ifdef __SANITIZE_THREAD__
  return "ThreadSanitizer does not work in the sandboxes of units";
#endif
  if (::geteuid() != 0) return "a machine of one's own needs root";
  if (::access("/lib/systemd/systemd", X_OK) != 0) return "systemd is not installed";
  static const std::string cannot = []() -> std::string {
    const TempDir work;
    const CommandResult probe = run_command(script({"probe", work.path()}));
    return probe.status == 0 ? "" : "there can be no machine in a container here: " + probe.err;
  }();
  return cannot;
}

BootedSystemd::BootedSystemd(const Furnish& furnish) {
  static int machines = 0;
  name_ = "logq-boot-" + std::to_string(::getpid()) + "-" + std::to_string(++machines);
  const std::string files = work_.path() + "/files";
  std::filesystem::create_directory(files);
  if (furnish) furnish(files);
  const std::string build = std::filesystem::path(LOGQ_BIN_DIR).parent_path();
  Command command = script({"boot", work_.path(), name_, build});
  command.dies_with_test = true;
  container_ = std::make_unique<ChildProcess>(command);
  if (!wait_until([this] { return has_booted() || !container_->err().empty(); }) || !has_booted()) {
    const std::string why = container_->err() + output_of({"systemctl", "list-jobs"});
    end();
    throw std::runtime_error("systemd does not boot: " + why);
  }
}

BootedSystemd::~BootedSystemd() {
  end();
}

bool BootedSystemd::has_booted() {
  if (first_process_ == 0) {
    first_process_ = parse_pid(read_text_file(work_.path() + "/pid")).value_or(0);
  }
  return first_process_ != 0 && output_of({"systemctl", "is-active", "basic.target"}) == "active";
}

void BootedSystemd::end() {
  // The first process is over when all of them are, and what started it is over then.
  if (!signal_process(first_process_, SIGKILL)) container_->signal(SIGKILL);
  std::ignore = container_->wait();
  std::ignore = wait_until(
      [this] {
        return run_command(script({"sweep", work_.path(), name_})).status == 0;
      },
      std::chrono::seconds(10));
}

Command BootedSystemd::command(std::vector<std::string> argv) const {
  const std::string target = std::to_string(first_process_);
  const std::string root = "/proc/" + target + "/root";
  // As the machine is, however nice the test is.
  const std::string less = std::to_string(-::getpriority(PRIO_PROCESS, 0));
  Command command{.argv = {"nsenter", "-t", target, "-m", "-u", "-i", "-n", "-p", "-C",
                           "--root=" + root, "--wd=" + root, "nice", "-n", less, "env", "-i",
                           "LC_ALL=C", "TZ=UTC", std::string("PATH=") + kPath},
                  .environment = {{"PATH", kPath}},
                  .input = "",
                  .dies_with_test = true};
  for (std::string& argument : argv)
    command.argv.push_back(std::move(argument));
  return command;
}

CommandResult BootedSystemd::run(std::vector<std::string> argv) const {
  return run_command(command(std::move(argv)));
}

std::string BootedSystemd::output_of(std::vector<std::string> argv) const {
  return without_last_newline(run(std::move(argv)).out);
}

std::string BootedSystemd::property(const std::string& unit, const std::string& name) const {
  return output_of({"systemctl", "show", "--value", "-p", name, unit});
}

pid_t BootedSystemd::main_process(const std::string& unit) const {
  const std::string inside = property(unit, "MainPID");
  if (inside.empty() || inside == "0") return 0;
  return find_process(inside, first_process_).value_or(0);
}

std::string BootedSystemd::path(const std::string& inside) const {
  return "/proc/" + std::to_string(first_process_) + "/root" + inside;
}

void BootedSystemd::add_unit(const std::string& name, const std::string& text) const {
  write_text_file(path("/run/systemd/system/" + name), text);
  std::ignore = run({"systemctl", "daemon-reload"});
}

void link_drop_in(const std::string& root, const std::string& name, const std::string& unit) {
  const std::filesystem::path directory = root + "/etc/systemd/system/" + unit + ".d";
  std::filesystem::create_directories(directory);
  std::filesystem::create_symlink("/usr/local/share/logq/systemd/" + name,
                                  directory / "50-logqd.conf");
}

}  // namespace logq::test
