// What logqd is told: where it works and how it stores. Plain data with the defaults of
// docs/configuration.md; the command line (cli/logqd) and the configuration files
// (collect/config_files.h) fill it in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "journal/storage_limits.h"
#include "wire/stdout_stream.h"

namespace logq::collect {

enum class StorageMode : std::uint8_t {
  kAuto,        ///< persistent if the storage directory's parent exists, else volatile
  kPersistent,  ///< volatile until flushed, then persistent
  kVolatile,
  kNone,  ///< nothing is stored
};

// What happens to auditing in the kernel when records of it are collected.
enum class AuditMode : std::uint8_t { kKeep, kOn, kOff };

// When messages are received together with their sender's pidfd (collect/process_passing.h).
enum class ProcessHandles : std::uint8_t { kAuto, kAlways, kNever };

enum class SplitMode : std::uint8_t {
  kNone,   ///< everything in system.journal
  kUid,    ///< by the user that a process runs as
  kLogin,  ///< by the user whose session it belongs to
};

// Entries of one unit and level that are stored in one window; 0 in either switches limiting off.
struct RateLimitSettings {
  std::uint64_t interval_usec = 30'000'000;
  std::uint64_t burst = 10'000;
};

struct CollectorOptions {
  // Directories; see apply_default_directories().
  std::string runtime_dir;
  std::string storage_dir;   // persistent journal files
  std::string volatile_dir;  // journal files until they are flushed
  std::string log_namespace;
  // Whether persistent storage needs no flush before it is used: its directory was named, or nobody
  // will ever ask for a flush.
  bool persistent_at_once = false;

  StorageMode storage = StorageMode::kPersistent;
  // Unset: kUid for the system's collectors, else kNone (apply_default_directories()).
  std::optional<SplitMode> split_mode;
  journal::StorageSettings system_space;            // of storage_dir
  journal::StorageSettings runtime_space;           // of volatile_dir
  std::uint64_t max_retention_usec = 0;             // 0: no limit
  std::uint64_t max_file_usec = 2'629'800'000'000;  // a month; 0: no limit
  int max_level_store = 7;                          // levels above are not stored

  RateLimitSettings rate_limit;
  bool compress = true;
  std::uint32_t compress_threshold_bytes = 512;
  std::size_t line_max = wire::kDefaultLineMax;
  std::uint64_t sync_interval_usec = 300'000'000;
  std::uint64_t sync_interval_max_usec = 1'000'000;
  ProcessHandles process_handles = ProcessHandles::kAuto;
  std::uint64_t storage_retry_usec = 5'000'000;  // until the first look whether storage works again

  // Unset: as apply_default_directories() decides.
  std::optional<bool> read_kmsg;
  std::string kmsg_path = "/dev/kmsg";
  // Unset, for all but the system's collector: no socket of its own is opened for audit records.
  std::optional<AuditMode> audit;

  bool forward_to_syslog = false;
  bool forward_to_kmsg = false;
  bool forward_to_console = false;
  std::optional<bool> forward_to_wall;  // unset: as read_kmsg
  std::string tty_path = "/dev/console";
  std::string forward_to_socket;  // an address, collect/socket_address.h; empty: nowhere
  // Levels above are not forwarded.
  int max_level_syslog = 7;
  int max_level_kmsg = 5;
  int max_level_console = 6;
  int max_level_wall = 0;
  int max_level_socket = 7;
};

// Fills in the directories that were not given: RUNTIME_DIRECTORY and LOGS_DIRECTORY, then the
// system's places for root and the XDG ones for a user. Without systemd nobody asks for a flush.
// The kernel's messages and the terminals of all users are the system's collector's, where the
// settings have not decided.
void apply_default_directories(CollectorOptions& options, bool booted_with_systemd);

}  // namespace logq::collect
