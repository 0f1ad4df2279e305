// The file supervise/status, in which supervisors say how their service is: 18 bytes of
// daemontools, 20 of runit, which begin with the same and are what we write; 35 of s6, or 43, by
// version.
//
// For a logger it says who writes into its pipe, as far as the supervisor knows.
// A pipe does not say who wrote. Lines that were written before the service was restarted may be
// read after it, so the number is a hint and no proof. Not thread-safe.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace logq::supervise {

// What daemontools and runit have in it.
struct SupervisedState {
  enum class Run : std::uint8_t { kDown, kRun, kFinish };  // kFinish: it cleans up behind itself

  std::uint64_t since_usec = 0;  // realtime: of the start or end of the process
  pid_t pid = 0;                 // 0: down
  bool is_paused = false;
  char wanted = '\0';  // 'u' up, 'd' down, '\0' neither: once
  bool got_term = false;
  Run run = Run::kDown;

  bool operator==(const SupervisedState&) const = default;
};
// runit's 20 bytes; the first 18 are daemontools'.
[[nodiscard]] std::string encode_supervised_state(const SupervisedState& state);
// Nothing where these are not the bytes of daemontools or runit.
[[nodiscard]] std::optional<SupervisedState> decode_supervised_state(std::string_view bytes);

// The pid in the bytes of such a file; nothing when the service is down or it is no such file.
[[nodiscard]] std::optional<pid_t> pid_in_supervisor_status(std::string_view bytes);

class SupervisorStatus {
 public:
  explicit SupervisorStatus(std::string path) : path_(std::move(path)) {}

  // The service's pid now. Supervisors replace the file, so it is read only when it is another.
  std::optional<pid_t> pid();

 private:
  const std::string path_;
  ino_t inode_ = 0;
  timespec changed_{};
  std::optional<pid_t> pid_;
};

}  // namespace logq::supervise
