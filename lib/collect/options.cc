#include "collect/options.h"

#include <stdlib.h>
#include <unistd.h>

#include <array>
#include <limits>

#include "base/ids.h"
#include "base/ini.h"
#include "base/io.h"
#include "base/quantity.h"
#include "base/try.h"
#include "collect/limits.h"

namespace logq::collect {
namespace {

constexpr std::uint64_t kFileSizeMin = std::uint64_t{512} << 10;
constexpr std::uint64_t kFileSizeMax = (std::uint64_t{4} << 30) - 1;
constexpr std::uint32_t kCompressThresholdMin = 8;

std::string environment(const char* name) {
  const char* value = ::secure_getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

bool set_max_file_size(std::string_view value, CollectorOptions& options) {
  const auto size = base::parse_size(value);
  if (!size.has_value()) return false;
  options.max_file_size_bytes = std::min(std::max(*size, kFileSizeMin), kFileSizeMax);
  return true;
}

bool set_compress(std::string_view value, CollectorOptions& options) {
  if (const auto on = base::parse_boolean(value)) {
    options.compress = *on;
    return true;
  }
  const auto size = base::parse_size(value);
  if (!size.has_value() || *size > std::numeric_limits<std::uint32_t>::max()) return false;
  options.compress = true;
  options.compress_threshold_bytes =
      std::max(static_cast<std::uint32_t>(*size), kCompressThresholdMin);
  return true;
}

bool set_line_max(std::string_view value, CollectorOptions& options) {
  const auto size = base::parse_size(value);
  if (!size.has_value()) return false;
  options.line_max = static_cast<std::size_t>(
      std::min<std::uint64_t>(std::max<std::uint64_t>(*size, wire::kLineMaxMin), kStreamLineMax));
  return true;
}

bool set_sync_interval(std::string_view value, CollectorOptions& options) {
  const auto span = base::parse_time_span(value);
  if (span.has_value()) options.sync_interval_usec = *span;
  return span.has_value();
}

bool set_sync_interval_max(std::string_view value, CollectorOptions& options) {
  const auto span = base::parse_time_span(value);
  if (!span.has_value() || *span == 0) return false;
  options.sync_interval_max_usec = *span;
  return true;
}

struct Setting {
  std::string_view section;
  std::string_view key;
  bool (*apply)(std::string_view value, CollectorOptions& options);
};

constexpr std::array kSettings = {
    Setting{"Journal", "SystemMaxFileSize", &set_max_file_size},
    Setting{"Journal", "Compress", &set_compress},
    Setting{"Journal", "LineMax", &set_line_max},
    Setting{"Journal", "SyncIntervalSec", &set_sync_interval},
    Setting{"Logq", "SyncIntervalMaxSec", &set_sync_interval_max},
};

// An empty text when the assignment was understood.
std::string apply_assignment(const base::IniAssignment& assignment, CollectorOptions& options) {
  const std::string name = "[" + assignment.section + "] " + assignment.key;
  for (const Setting& setting : kSettings) {
    if (setting.section != assignment.section || setting.key != assignment.key) continue;
    if (setting.apply(assignment.value, options)) return {};
    return "invalid value of " + name + "= ignored: " + assignment.value;
  }
  return "unknown key " + name + "= ignored";
}

}  // namespace

void apply_default_directories(CollectorOptions& options) {
  const bool is_root = ::geteuid() == 0;
  if (options.runtime_dir.empty()) options.runtime_dir = environment("RUNTIME_DIRECTORY");
  if (options.storage_dir.empty()) options.storage_dir = environment("LOGS_DIRECTORY");
  const std::string suffix = options.log_namespace.empty() ? "" : "." + options.log_namespace;
  if (options.runtime_dir.empty() && is_root) {
    options.runtime_dir = "/run/systemd/journal" + suffix;
  }
  if (options.runtime_dir.empty()) {
    const std::string base = environment("XDG_RUNTIME_DIR");
    options.runtime_dir = base.empty() ? "/tmp/logq-" + std::to_string(::geteuid()) + suffix
                                       : base + "/logq" + suffix;
  }
  if (!options.storage_dir.empty()) return;
  if (is_root) {
    options.storage_dir = "/var/log/journal/" + base::machine_id().to_string() + suffix;
    return;
  }
  const std::string state = environment("XDG_STATE_HOME");
  options.storage_dir =
      (state.empty() ? environment("HOME") + "/.local/state" : state) + "/logq/journal" + suffix;
}

Result<void> read_configuration(const std::string& path,
                                CollectorOptions& options,
                                std::vector<std::string>& warnings) {
  const std::string text = LOGQ_TRY(base::read_small_file(path));
  const base::IniFile file = base::parse_ini(text);
  const auto warn = [&](std::size_t line, const std::string& message) {
    warnings.push_back(path + ":" + std::to_string(line) + ": " + message);
  };
  for (const base::IniProblem& problem : file.problems)
    warn(problem.line, problem.message);
  for (const base::IniAssignment& assignment : file.assignments) {
    const std::string message = apply_assignment(assignment, options);
    if (!message.empty()) warn(assignment.line, message);
  }
  return {};
}

}  // namespace logq::collect
