#include "logq_run/script_effects.h"

#include <unistd.h>

#include "base/io.h"

namespace logq::cli {
namespace {

constexpr std::size_t kShownBytes = 200;

}  // namespace

Result<ScriptEffects> ScriptEffects::open(const supervise::LoggerScript& script,
                                          std::string& failed) {
  ScriptEffects effects;
  for (const std::string& path : script.status_files()) {
    auto file = supervise::StatusFile::open(path);
    if (!file) {
      failed = path;
      return fail(file.error());
    }
    effects.status_files_.push_back(std::move(*file));
  }
  return effects;
}

void ScriptEffects::carry_out(std::string_view head,
                              const supervise::LoggerScript::Verdict& verdict) {
  // A status or a copy that cannot be written must not keep the line from being stored.
  for (int i = 0; i < verdict.times_shown; ++i) {
    std::string line(head.substr(0, kShownBytes));
    line += head.size() > kShownBytes ? "...\n" : "\n";
    std::ignore = base::write_all(STDERR_FILENO, line);
  }
  for (const std::size_t file : verdict.kept_status)
    std::ignore = status_files_[file].keep(head);
}

}  // namespace logq::cli
