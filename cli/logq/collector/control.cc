#include "logq/collector/control.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <optional>

#include "base/clock.h"
#include "base/io.h"
#include "common/varlink_client.h"

namespace logq::cli {
namespace {

constexpr std::uint64_t kWaitLimitUsec = 120'000'000;
constexpr std::uint64_t kAnswerLimitUsec = 10'000'000;  // for what is no work
constexpr unsigned kLookAgainAfterUsec = 5'000;

struct DeedNames {
  int signal_number;  // 0: there is none
  const char* stamp;
  const char* method;
};

DeedNames names_of(Deed deed) {
  switch (deed) {
    case Deed::kSync:
      return {SIGRTMIN + 1, "synced", "io.systemd.Journal.Synchronize"};
    case Deed::kRotate:
      return {SIGUSR2, "rotated", "io.systemd.Journal.Rotate"};
    case Deed::kFlush:
      return {SIGUSR1, "flushed", "io.systemd.Journal.FlushToVar"};
    case Deed::kRelinquish:
      break;
  }
  return {0, "", "io.systemd.Journal.RelinquishVar"};
}

std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), number);
  return result.ec == std::errc{} ? std::optional(number) : std::nullopt;
}

// Under /tmp anybody may make a directory of that name, and a collector in it.
Outcome<std::string> runtime_dir_in_tmp(const std::string& suffix) {
  std::string path = "/tmp/logq-" + std::to_string(::geteuid()) + suffix;
  struct stat status {};
  if (::lstat(path.c_str(), &status) == 0 && status.st_uid != ::geteuid()) {
    return failure(path + ": belongs to somebody else");
  }
  return path;
}

Outcome<std::string> default_runtime_dir(const std::string& suffix) {
  if (::geteuid() == 0) return "/run/systemd/journal" + suffix;
  const char* const base = ::secure_getenv("XDG_RUNTIME_DIR");
  if (base != nullptr && *base != '\0') return std::string(base) + "/logq" + suffix;
  return runtime_dir_in_tmp(suffix);
}

Outcome<std::string> runtime_dir_of(const Options& options) {
  if (!options.runtime_dir.empty()) return options.runtime_dir;
  // As journalctl: the host's is not what was meant.
  if (!options.source.machine.empty()) {
    return failure("-M " + options.source.machine +
                   ": commands to the collector of a container are not supported: give them in " +
                   "the container");
  }
  const std::string& name = options.source.log_namespace;
  if (name.empty()) return default_runtime_dir("");
  if (name == "*" || name.starts_with('+')) {
    return failure("commands to a collector address one --namespace= at a time");
  }
  return default_runtime_dir("." + name);
}

// The pid of the logqd that holds the lock on this file. Nothing when none does: what the file says
// is then a number that may meanwhile be anybody's. Under /tmp a file may be made by anybody, so it
// is believed of root and ourselves only.
std::optional<pid_t> running_logqd(const std::string& pid_path) {
  const auto fd = base::open_file(pid_path, O_RDONLY | O_NOFOLLOW);
  if (!fd) return std::nullopt;
  struct stat status {};
  if (::fstat(fd->get(), &status) < 0) return std::nullopt;
  if (status.st_uid != 0 && status.st_uid != ::geteuid()) return std::nullopt;
  const bool unlocked = ::flock(fd->get(), LOCK_SH | LOCK_NB) == 0;
  if (unlocked || errno != EWOULDBLOCK) return std::nullopt;
  const Result<std::string> text = base::read_all(fd->get(), 32);
  const auto pid = parse_number(text ? *text : "");
  if (!pid || *pid == 0 || *pid > INT32_MAX) return std::nullopt;
  return static_cast<pid_t>(*pid);
}

bool has_ended(pid_t pid) {
  return ::kill(pid, 0) < 0 && errno == ESRCH;
}

// logqd leaves the time of its last deed in a file of its runtime directory.
Outcome<void> wait_for_stamp(const std::string& path, pid_t pid, std::uint64_t asked_usec) {
  while (base::monotonic_usec() < asked_usec + kWaitLimitUsec) {
    const bool ended = has_ended(pid);  // what it has left is looked at after that
    const Result<std::string> text = base::read_small_file(path, 32);
    if (text && parse_number(*text).value_or(0) >= asked_usec) return {};
    if (ended) return failure(path + ": logqd has ended without an answer");
    ::usleep(kLookAgainAfterUsec);
  }
  return failure(path + ": logqd has not answered in 2 minutes");
}

Outcome<void> signal_logqd(pid_t pid, const std::string& runtime_dir, const DeedNames& names) {
  const std::uint64_t asked_usec = base::monotonic_usec();
  if (::kill(pid, names.signal_number) < 0) {
    return failure(describe(runtime_dir + "/logqd.pid", Error::system(errno, "kill")));
  }
  return wait_for_stamp(runtime_dir + "/" + names.stamp, pid, asked_usec);
}

// Whether there is nobody, rather than somebody who cannot or will not.
bool is_nobody(const Error& error) {
  return error.code == Errc::kClosed || error.sys_errno == ENOENT ||
         error.sys_errno == ECONNREFUSED || error.sys_errno == EPIPE ||
         error.sys_errno == ECONNRESET;
}

Outcome<void> judge_answer(const std::string& socket_path, const std::string& error) {
  if (error.empty()) return {};
  if (error == "org.varlink.service.PermissionDenied") {
    return failure(socket_path + ": permission denied: this is for root and the collector's user");
  }
  return failure(socket_path + ": the collector refuses: " + error);
}

tl::unexpected<Failure> nobody_at(const std::string& runtime_dir) {
  return failure(runtime_dir + ": no collector is running there");
}

std::string control_socket_of(const std::string& runtime_dir) {
  return runtime_dir + "/io.systemd.journal";
}

// For a logqd that cannot be called.
Outcome<void> control_by_signal(const std::string& runtime_dir, const DeedNames& names) {
  const std::string pid_path = runtime_dir + "/logqd.pid";
  if (::access(pid_path.c_str(), R_OK) < 0 && errno == EACCES) {
    return failure(describe(pid_path, Error::system(EACCES, "open")));
  }
  const auto pid = names.signal_number == 0 ? std::nullopt : running_logqd(pid_path);
  if (!pid) return nobody_at(runtime_dir);
  return signal_logqd(*pid, runtime_dir, names);
}

// Nothing when it cannot be told.
std::optional<std::uint64_t> mount_of(const char* path) {
  struct statx status {};
  if (::statx(AT_FDCWD, path, AT_NO_AUTOMOUNT, STATX_MNT_ID, &status) < 0) return std::nullopt;
  if ((status.stx_mask & STATX_MNT_ID) == 0) return std::nullopt;
  return status.stx_mnt_id;
}

}  // namespace

Outcome<void> control_collector(const Options& options, Deed deed) {
  const Outcome<std::string> runtime_dir = runtime_dir_of(options);
  if (!runtime_dir) return tl::unexpected<Failure>(runtime_dir.error());
  const DeedNames names = names_of(deed);
  const std::string socket_path = control_socket_of(*runtime_dir);
  const auto answer = call_varlink(socket_path, names.method, kWaitLimitUsec);
  if (answer) return judge_answer(socket_path, answer->error);
  if (is_nobody(answer.error())) return control_by_signal(*runtime_dir, names);
  return failure(describe(socket_path, answer.error()));
}

Outcome<std::string> ask_collector(const Options& options, std::string_view method) {
  const Outcome<std::string> runtime_dir = runtime_dir_of(options);
  if (!runtime_dir) return tl::unexpected<Failure>(runtime_dir.error());
  const std::string socket_path = control_socket_of(*runtime_dir);
  const auto answer = call_varlink(socket_path, method, kAnswerLimitUsec);
  if (!answer && is_nobody(answer.error())) return nobody_at(*runtime_dir);
  if (!answer) return failure(describe(socket_path, answer.error()));
  if (answer->error == "org.varlink.service.MethodNotFound") {
    return failure(socket_path + ": the collector there is no logqd that knows " +
                   std::string(method));
  }
  if (const auto judged = judge_answer(socket_path, answer->error); !judged) {
    return tl::unexpected<Failure>(judged.error());
  }
  return answer->parameters;
}

Outcome<void> relinquish_var(const Options& options, bool smart) {
  if (smart && options.runtime_dir.empty()) {
    const auto root = mount_of("/");
    const auto log = mount_of("/var/log/journal/");
    if (root && root == log) return {};
  }
  return control_collector(options, Deed::kRelinquish);
}

}  // namespace logq::cli
