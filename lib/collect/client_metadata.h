// ClientMetadata: the trusted fields of one process, as the kernel and systemd tell them.
//
// A datagram or line carries credentials; everything else is read from /proc when it is processed.
// Whether that is still the same process is the caller's to know (collect/client_cache.h).
#pragma once

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collect/cgroup_path.h"
#include "collect/control_message.h"
#include "collect/log_filter.h"
#include "collect/log_settings.h"

namespace logq::collect {

// In the order the fields are stored.
enum class TrustedField : std::uint8_t {
  kPid,
  kUid,
  kGid,
  kComm,
  kExe,
  kCmdline,
  kCapEffective,
  kSelinuxContext,
  kAuditSession,
  kAuditLoginuid,
  kCgroup,
  kSession,
  kOwnerUid,
  kUnit,
  kUserUnit,
  kSlice,
  kUserSlice,
  kInvocationId,
  kCount,
};

// Where the facts are read; tests put directories of their own here.
struct ProcessSources {
  std::string proc = "/proc";
  std::string units = "/run/systemd/units";
  // The same of units that streams claim, which are not systemd's; empty: there is none.
  std::string claimed_units;
  std::string users = "/run/user";
  CgroupHierarchy hierarchy = detect_cgroup_hierarchy();
  std::string cgroups = detect_cgroup_root();
  // Whether processes are told apart where that is possible (collect/client_cache.h).
  bool tell_apart = true;
};

class ClientMetadata {
 public:
  // Takes over what the kernel attested with the message.
  void set_credentials(const Credentials& credentials, std::string_view label);
  // Reads the rest anew; what cannot be read keeps its value. `claimed_unit` names the unit of a
  // process outside every control group of systemd's, empty when nobody claims it. Whether its
  // control group could be read, so that there is such a process and nothing hides it.
  bool read(const ProcessSources& sources, std::string_view claimed_unit);
  // The same of a process that is not in /proc, or not any more: all that the path of its control
  // group tells, which lives.
  void read_group(const ProcessSources& sources,
                  std::string_view path,
                  std::string_view claimed_unit);
  // The same for a group that is gone: its unit may have been started again meanwhile, so
  // `invocation_id` is the group's own, empty when unknown, and only a claimed unit has settings.
  void set_group(const ProcessSources& sources,
                 std::string_view path,
                 std::string_view claimed_unit,
                 std::string_view invocation_id);

  [[nodiscard]] const Credentials& credentials() const { return credentials_; }
  // The value of one field, empty when unknown.
  [[nodiscard]] std::string_view value(TrustedField field) const;
  // What LogRateLimitIntervalSec= and LogRateLimitBurst= of the unit say, where they do.
  [[nodiscard]] std::optional<std::uint64_t> rate_limit_interval_usec() const {
    return settings_.rate_interval_usec;
  }
  [[nodiscard]] std::optional<std::uint64_t> rate_limit_burst() const {
    return settings_.rate_burst;
  }
  // What of its unit's is to be stored.
  [[nodiscard]] const LogFilter& filter() const { return filter_; }
  // "NAME=value" for every known field; the views live until the next change.
  void append_payloads(std::vector<std::string_view>& out) const;

 private:
  void set(TrustedField field, std::string_view value);
  void read_process(const ProcessSources& sources);
  bool read_cgroup(const ProcessSources& sources, std::string_view claimed_unit);
  void set_group_fields(std::string_view path, std::string_view claimed_unit);
  enum class Namer : std::uint8_t { kGroup, kStream };
  void set_unit(std::string_view unit, Namer namer);
  void read_claim(const ProcessSources& sources,
                  std::string_view claimed_unit,
                  bool cgroup_is_known);
  void read_unit(const ProcessSources& sources);
  void read_settings(const ProcessSources& sources);
  void read_patterns(const ProcessSources& sources);

  Credentials credentials_;
  std::array<std::string, static_cast<std::size_t>(TrustedField::kCount)> payloads_;
  Namer namer_ = Namer::kGroup;  // of the unit
  LogSettings settings_;
  bool settings_are_read_ = false;
  LogFilter filter_;
};

// Whether an entry of a sender who may be unknown is to be stored.
[[nodiscard]] inline bool is_wanted(const ClientMetadata* client,
                                    int level,
                                    std::string_view message) {
  return client == nullptr || client->filter().keeps(level, message);
}

// The command line as a shell would take it, from the text of /proc/PID/cmdline.
[[nodiscard]] std::string quote_command_line(std::string_view nul_separated);

}  // namespace logq::collect
