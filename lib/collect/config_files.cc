#include "collect/config_files.h"

#include <filesystem>
#include <map>

#include "base/ini.h"
#include "base/io.h"
#include "base/try.h"
#include "collect/settings_table.h"

namespace logq::collect {
namespace {

constexpr const char* kConfigDirectories[] = {"/etc", "/run", "/usr/local/lib", "/usr/lib"};

// Drop-ins by name, the first directory's where names are the same.
void gather_drop_ins(const std::string& directory, std::map<std::string, std::string>& by_name) {
  std::error_code error;
  for (std::filesystem::directory_iterator file(directory, error), end; !error && file != end;
       file.increment(error)) {
    const std::string name = file->path().filename().string();
    if (name.ends_with(".conf") && !name.starts_with('.')) {
      by_name.try_emplace(name, file->path().string());
    }
  }
}

void append_files(const std::vector<std::string>& main_places, std::vector<std::string>& files) {
  std::error_code ignored;
  for (const std::string& place : main_places) {
    if (!std::filesystem::exists(place, ignored)) continue;
    files.push_back(place);
    break;
  }
  std::map<std::string, std::string> drop_ins;
  for (const std::string& place : main_places)
    gather_drop_ins(place + ".d", drop_ins);
  for (const auto& [name, path] : drop_ins)
    files.push_back(path);
}

}  // namespace

std::vector<std::string> config_files_of(const std::string& path) {
  std::vector<std::string> files{path};
  std::map<std::string, std::string> drop_ins;
  gather_drop_ins(path + ".d", drop_ins);
  for (const auto& [name, drop_in] : drop_ins)
    files.push_back(drop_in);
  return files;
}

std::vector<std::string> system_config_files(const std::string& log_namespace,
                                             const std::string& root) {
  const std::string suffix = (log_namespace.empty() ? "" : "@" + log_namespace) + ".conf";
  std::vector<std::string> files;
  for (const std::string name : {"/systemd/journald", "/logq/logqd"}) {
    std::vector<std::string> places;
    for (const char* directory : kConfigDirectories)
      places.push_back(root + directory + name + suffix);
    append_files(places, files);
  }
  return files;
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
    const std::string message =
        apply_setting(assignment.section, assignment.key, assignment.value, options);
    if (!message.empty()) warn(assignment.line, message);
  }
  return {};
}

}  // namespace logq::collect
