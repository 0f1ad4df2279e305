#include "collect/options.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/ids.h"

namespace logq::collect {
namespace {

std::string environment(const char* name) {
  const char* value = ::secure_getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

std::string user_runtime_dir(const std::string& suffix) {
  const std::string base = environment("XDG_RUNTIME_DIR");
  return base.empty() ? "/tmp/logq-" + std::to_string(::geteuid()) + suffix
                      : base + "/logq" + suffix;
}

std::string user_storage_dir(const std::string& suffix) {
  const std::string state = environment("XDG_STATE_HOME");
  return (state.empty() ? environment("HOME") + "/.local/state" : state) + "/logq/journal" + suffix;
}

}  // namespace

void apply_default_directories(CollectorOptions& options, bool booted_with_systemd) {
  const bool is_root = ::geteuid() == 0;
  const std::string suffix = options.log_namespace.empty() ? "" : "." + options.log_namespace;
  const std::string of_machine = base::machine_id().to_string() + suffix;
  const std::string of_system = "/run/systemd/journal" + suffix;
  const bool is_placed = !options.runtime_dir.empty();

  if (options.storage_dir.empty()) options.storage_dir = environment("LOGS_DIRECTORY");
  if (options.runtime_dir.empty()) options.runtime_dir = environment("RUNTIME_DIRECTORY");
  const bool is_user_default = !is_root && options.runtime_dir.empty();
  // A namespace is never flushed, as with journald; neither is a user's own collector.
  options.persistent_at_once = !options.storage_dir.empty() || !options.log_namespace.empty() ||
                               is_user_default || !booted_with_systemd;

  if (options.runtime_dir.empty()) {
    options.runtime_dir = is_root ? of_system : user_runtime_dir(suffix);
  }
  const bool is_of_system = is_root && !is_placed && options.runtime_dir == of_system;
  const bool is_whole_system = is_of_system && options.log_namespace.empty();
  if (!options.read_kmsg.has_value()) options.read_kmsg = is_whole_system;
  if (!options.audit.has_value() && is_whole_system) options.audit = AuditMode::kKeep;
  if (!options.forward_to_wall.has_value()) options.forward_to_wall = is_of_system;
  if (options.storage_dir.empty()) {
    options.storage_dir = is_root ? "/var/log/journal/" + of_machine : user_storage_dir(suffix);
  }
  if (options.volatile_dir.empty()) {
    options.volatile_dir = is_root && options.runtime_dir == of_system
                               ? "/run/log/journal/" + of_machine
                               : options.runtime_dir + "/journal";
  }
  // Of one user's collector there is nothing to split.
  const SplitMode usual = is_of_system ? SplitMode::kUid : SplitMode::kNone;
  options.split_mode = is_root ? options.split_mode.value_or(usual) : SplitMode::kNone;
}

}  // namespace logq::collect
