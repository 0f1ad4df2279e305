// What a logger's script does with lines beside storing them: shows them on standard error and
// keeps them in status files, as multilog does.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "supervise/logger_script.h"
#include "supervise/status_file.h"

namespace logq::cli {

class ScriptEffects {
 public:
  // Opens the status files; the name of one that cannot be opened comes with the error.
  static Result<ScriptEffects> open(const supervise::LoggerScript& script, std::string& failed);

  // `head`: the line's first bytes, without its newline.
  void carry_out(std::string_view head, const supervise::LoggerScript::Verdict& verdict);

 private:
  ScriptEffects() = default;

  std::vector<supervise::StatusFile> status_files_;
};

}  // namespace logq::cli
