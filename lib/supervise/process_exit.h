// How a process ended, in the words of systemd's lifecycle entries (EXIT_CODE=, EXIT_STATUS=,
// UNIT_RESULT=) and of the shell.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace logq::supervise {

inline constexpr int kStatusExecFailed = 203;  // systemd's EXIT_EXEC

struct ProcessExit {
  enum class Code : std::uint8_t {
    kExited,  ///< by itself; `status` is its exit status
    kKilled,  ///< by a signal; `status` is its number
    kDumped,  ///< by a signal, with a core dump
  };
  Code code = Code::kExited;
  int status = 0;

  // From what waitpid() stored.
  static ProcessExit from_wait_status(int wait_status);

  // Success by systemd's rule for services: status 0, or death by HUP, INT, TERM or PIPE.
  [[nodiscard]] bool is_clean() const;
  // What a shell would report: the exit status, or 128 + the signal.
  [[nodiscard]] int shell_status() const;
  [[nodiscard]] std::string_view code_name() const;  // "exited", "killed", "dumped"
  [[nodiscard]] std::string_view result_name()
      const;  // "success", "exit-code", "signal", "core-dump"
  // "3/NOTIMPLEMENTED", "9/KILL"; the number alone where it has no name.
  [[nodiscard]] std::string status_text() const;
};

// "75" or "TEMPFAIL": an exit status from 0 to 255.
[[nodiscard]] std::optional<int> parse_exit_status(std::string_view text);

}  // namespace logq::supervise
