#include "supervise/process_exit.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace logq::supervise {
namespace {

// The meanings systemd prints: LSB's for 0 to 7, <sysexits.h>, its own set-up failures.
constexpr std::array<std::pair<int, std::string_view>, 67> kStatusNames{{
    {0, "SUCCESS"},
    {1, "FAILURE"},
    {2, "INVALIDARGUMENT"},
    {3, "NOTIMPLEMENTED"},
    {4, "NOPERMISSION"},
    {5, "NOTINSTALLED"},
    {6, "NOTCONFIGURED"},
    {7, "NOTRUNNING"},
    {64, "USAGE"},
    {65, "DATAERR"},
    {66, "NOINPUT"},
    {67, "NOUSER"},
    {68, "NOHOST"},
    {69, "UNAVAILABLE"},
    {70, "SOFTWARE"},
    {71, "OSERR"},
    {72, "OSFILE"},
    {73, "CANTCREAT"},
    {74, "IOERR"},
    {75, "TEMPFAIL"},
    {76, "PROTOCOL"},
    {77, "NOPERM"},
    {78, "CONFIG"},
    {200, "CHDIR"},
    {201, "NICE"},
    {202, "FDS"},
    {203, "EXEC"},
    {204, "MEMORY"},
    {205, "LIMITS"},
    {206, "OOM_ADJUST"},
    {207, "SIGNAL_MASK"},
    {208, "STDIN"},
    {209, "STDOUT"},
    {210, "CHROOT"},
    {211, "IOPRIO"},
    {212, "TIMERSLACK"},
    {213, "SECUREBITS"},
    {214, "SETSCHEDULER"},
    {215, "CPUAFFINITY"},
    {216, "GROUP"},
    {217, "USER"},
    {218, "CAPABILITIES"},
    {219, "CGROUP"},
    {220, "SETSID"},
    {221, "CONFIRM"},
    {222, "STDERR"},
    {224, "PAM"},
    {225, "NETWORK"},
    {226, "NAMESPACE"},
    {227, "NO_NEW_PRIVILEGES"},
    {228, "SECCOMP"},
    {229, "SELINUX_CONTEXT"},
    {230, "PERSONALITY"},
    {231, "APPARMOR"},
    {232, "ADDRESS_FAMILIES"},
    {233, "RUNTIME_DIRECTORY"},
    {235, "CHOWN"},
    {236, "SMACK_PROCESS_LABEL"},
    {237, "KEYRING"},
    {238, "STATE_DIRECTORY"},
    {239, "CACHE_DIRECTORY"},
    {240, "LOGS_DIRECTORY"},
    {241, "CONFIGURATION_DIRECTORY"},
    {242, "NUMA_POLICY"},
    {243, "CREDENTIALS"},
    {244, "BPF"},
    {255, "EXCEPTION"},
}};

}  // namespace

std::optional<int> parse_exit_status(std::string_view text) {
  const auto* named =
      std::ranges::find(kStatusNames, text, &std::pair<int, std::string_view>::second);
  if (named != kStatusNames.end()) return named->first;
  int status = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), status);
  const bool is_number = error == std::errc{} && end == text.data() + text.size();
  return is_number && status >= 0 && status <= 255 ? std::optional(status) : std::nullopt;
}

ProcessExit ProcessExit::from_wait_status(int wait_status) {
  if (!WIFSIGNALED(wait_status)) return {Code::kExited, WEXITSTATUS(wait_status)};
  return {WCOREDUMP(wait_status) ? Code::kDumped : Code::kKilled, WTERMSIG(wait_status)};
}

bool ProcessExit::is_clean() const {
  if (code == Code::kExited) return status == 0;
  constexpr std::array kCleanSignals{SIGHUP, SIGINT, SIGTERM, SIGPIPE};
  return code == Code::kKilled && std::ranges::find(kCleanSignals, status) != kCleanSignals.end();
}

int ProcessExit::shell_status() const {
  return code == Code::kExited ? status : 128 + status;
}

std::string_view ProcessExit::code_name() const {
  switch (code) {
    case Code::kExited:
      return "exited";
    case Code::kKilled:
      return "killed";
    case Code::kDumped:
      return "dumped";
  }
  return "";
}

std::string_view ProcessExit::result_name() const {
  if (is_clean()) return "success";
  switch (code) {
    case Code::kExited:
      return "exit-code";
    case Code::kKilled:
      return "signal";
    case Code::kDumped:
      return "core-dump";
  }
  return "";
}

std::string ProcessExit::status_text() const {
  std::string text = std::to_string(status);
  if (code != Code::kExited) {
    const char* name = ::sigabbrev_np(status);
    return name == nullptr ? text : text + "/" + name;
  }
  const auto* found =
      std::ranges::find(kStatusNames, status, &std::pair<int, std::string_view>::first);
  return found == kStatusNames.end() ? text : text + "/" + std::string(found->second);
}

}  // namespace logq::supervise
