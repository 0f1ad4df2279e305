// One .service unit, read: its file with its drop-ins, every key that we honour as a value of its
// type, every other one as a warning with its file and line (docs/unit-files.md).
//
// Pure data. Nothing here asks whether programs, users or directories exist.
#pragma once

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/quantity.h"
#include "supervise/environment.h"
#include "supervise/resource_limits.h"
#include "supervise/restart_policy.h"
#include "supervise/specifiers.h"
#include "supervise/unit.h"
#include "supervise/unit_files.h"
#include "wire/notify_message.h"

namespace logq::supervise {

enum class ServiceType : std::uint8_t {
  kSimple,  ///< also what says idle or dbus
  kExec,
  kForking,
  kOneshot,
  kNotify,
  kNotifyReload,
};

struct ServiceCommands {
  Commands condition;
  Commands start_pre;
  Commands start;
  Commands start_post;
  Commands reload;
  Commands stop;
  Commands stop_post;
};

// All in microseconds; base::kInfiniteUsec is never.
struct ServiceTimeouts {
  static constexpr std::uint64_t kDefault = 90 * base::kUsecPerSecond;
  std::uint64_t start_usec = kDefault;  // infinite for oneshot unless set
  bool is_start_set = false;
  std::uint64_t stop_usec = kDefault;
  std::optional<std::uint64_t> abort_usec;  // absent: as `stop_usec`
  std::uint64_t runtime_usec = base::kInfiniteUsec;
  std::uint64_t watchdog_usec = 0;  // 0: none
};

enum class KillMode : std::uint8_t { kControlGroup, kMixed, kProcess, kNone };
struct KillSettings {
  KillMode mode = KillMode::kControlGroup;
  int signal;           // SIGTERM
  int restart_signal;   // 0: as `signal`
  int final_signal;     // SIGKILL
  int watchdog_signal;  // SIGABRT
  int reload_signal;    // SIGHUP, for Type=notify-reload
  bool sends_hup = false;
  bool sends_kill = true;
  KillSettings();
};

struct Output {
  enum class To : std::uint8_t {
    kJournal,
    kInherit,
    kNull,
    kFile,
    kAppend,
    kTruncate,
    kDescriptor,
    kSocket  ///< the connection, or the one socket, that it is run for
  };
  To to = To::kJournal;
  std::string name;  // the path, or the descriptor's name
};
struct Input {
  enum class From : std::uint8_t { kNull, kFile, kDescriptor, kSocket };
  From from = From::kNull;
  std::string name;
};

// Where a key stands that counts.
struct KeyPlace {
  std::string key;
  std::string file;
  std::size_t line = 0;
};

struct LogSettings {
  std::string identifier;  // empty: that of the program
  int facility = 3;        // daemon
  int level = 6;           // info
  bool has_level_prefix = true;
  std::optional<int> max_level;           // LogLevelMax=
  std::vector<std::string> extra_fields;  // "FIELD=value"
  std::optional<std::uint64_t> rate_interval_usec;
  std::optional<unsigned> rate_burst;
  std::string log_namespace;
  std::vector<KeyPlace> collector_keys;  // of those that only a collector of ours can honour
};

// Directories below the one of their kind, made before the start.
enum class DirectoryKind : std::uint8_t { kRuntime, kState, kCache, kLogs, kConfiguration };
struct ServiceDirectories {
  std::vector<std::string> names;  // "hello", "hello/cache": sorted, each once
  mode_t mode = 0755;
};
enum class PreserveRuntime : std::uint8_t { kNo, kRestart, kYes };

// LoadCredential= and SetCredential=.
struct Credential {
  std::string name;
  std::string path;  // absolute, or a name among those that we were given ourselves
};
struct CredentialValue {
  std::string name;
  std::string value;
};

struct ExecutionSettings {
  std::string user;
  std::string group;
  std::vector<std::string> supplementary_groups;
  Environment environment;
  std::vector<EnvironmentFile> environment_files;
  std::vector<std::string> pass_environment;
  std::vector<std::string> unset_environment;  // names or "NAME=value"
  std::string working_directory;               // "~": the user's home
  std::string root_directory;
  std::array<ServiceDirectories, 5> directories;  // by DirectoryKind
  std::vector<Credential> credentials;
  std::vector<CredentialValue> credential_values;
  std::vector<ResourceLimit> limits;                          // each resource at most once
  std::uint64_t capability_bounding_set = ~std::uint64_t{0};  // a bit per capability
  std::uint64_t ambient_capabilities = 0;
  std::optional<int> nice;
  std::optional<int> oom_score_adjust;
  mode_t umask = 0022;
  bool has_dynamic_user = false;
  std::string dynamic_user_name;  // of `user`, which is a number then (dynamic_user.h)
  bool may_lack_working_directory = false;
  bool has_no_new_privileges = false;
  bool ignores_sigpipe = true;
  PreserveRuntime preserve_runtime = PreserveRuntime::kNo;
};

struct ServiceUnit : Unit {
  ServiceType type = ServiceType::kSimple;
  bool is_type_set = false;
  ServiceCommands commands;
  std::string pid_file;  // absolute
  bool remains_after_exit = false;
  bool guesses_main_pid = true;
  wire::NotifyAccess notify_access = wire::NotifyAccess::kNone;
  unsigned descriptor_store_max = 0;
  std::vector<std::string> sockets;
  // Of logq-run --ready-fd: at which descriptor the program says by a newline that it is ready.
  // REQUIRES: Type=notify then.
  std::optional<int> ready_descriptor;
  RestartSettings restart;
  ExitStatusSet success_statuses;
  ServiceTimeouts timeouts;
  KillSettings kill;

  ExecutionSettings execution;
  Input standard_input;
  // Inherit: as standard input where that is a socket or a descriptor, else the journal.
  Output standard_output{Output::To::kInherit, {}};
  Output standard_error{Output::To::kInherit, {}};  // inherit: as standard output
  LogSettings log;
};

using LoadedService = LoadedUnit<ServiceUnit>;

// Reads `path`, or for "web@7.service" that is not there "web@.service" beside it, and the drop-ins
// beside it: of hello.service those in hello.service.d/, service.d/ and those of its dash-prefixes,
// sorted by name.
[[nodiscard]] LoadedService load_service(const std::string& path, const HostFacts& host);

// The same from texts, the main file's first; `file` is what warnings begin with.
[[nodiscard]] LoadedService read_service(const std::string& unit_name,
                                         const std::vector<UnitFileText>& files,
                                         const HostFacts& host);

}  // namespace logq::supervise
