// LogSettingsFiles: what a unit says about its log (LogLevelMax=, LogExtraFields=,
// LogRateLimit...=), left for logqd in the directory `units` beside its sockets, as systemd leaves
// it in its own (docs/protocols.md, "Filters of a unit").
//
// They count as long as this object holds them: what we leave when we are killed counts no longer.
// Not thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/unique_fd.h"
#include "logq/result.h"
#include "supervise/service_unit.h"

namespace logq::supervise {

class LogSettingsFiles {
 public:
  // Borrows the unit.
  explicit LogSettingsFiles(const ServiceUnit& unit) : unit_(unit) {}
  ~LogSettingsFiles() { take_back(); }
  LogSettingsFiles(const LogSettingsFiles&) = delete;
  LogSettingsFiles& operator=(const LogSettingsFiles&) = delete;

  // Leaves them with the collector that listens at this stdout socket; cheap where they are there
  // already. Nothing is to be done where the unit says nothing. An error: they do not count.
  Result<void> leave(const std::string& stdout_socket);
  void take_back();
  [[nodiscard]] bool are_left() const { return holder_.is_open(); }
  // The runtime directory of the collector that they are left with; "" where they are not.
  [[nodiscard]] std::string collector_directory() const {
    return path_.substr(0, path_.rfind('/') + 1);
  }

  // Where the collector would look for them.
  [[nodiscard]] static std::string directory_beside(const std::string& stdout_socket);

 private:
  [[nodiscard]] bool is_left_in(const std::string& path) const;
  Result<void> open_directory(const std::string& path);
  Result<void> hold();
  Result<void> write_all() const;
  Result<void> write_link(std::string_view name, std::uint64_t value) const;
  Result<void> write_file(std::string_view name, const std::string& bytes) const;
  [[nodiscard]] bool is_current() const;
  void remove_all() const;
  [[nodiscard]] std::string name_of(std::string_view prefix) const;

  const ServiceUnit& unit_;
  std::string path_;
  base::UniqueFd directory_;
  base::UniqueFd holder_;  // locked; open while they are left
};

// Where those keys stand by which something is to be left.
[[nodiscard]] std::vector<KeyPlace> collector_keys(const LogSettings& settings);

}  // namespace logq::supervise
