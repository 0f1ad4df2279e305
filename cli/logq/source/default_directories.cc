#include "logq/source/default_directories.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "base/ids.h"

namespace logq::cli {
namespace {

constexpr const char* kSystemParents[] = {"/var/log/journal", "/run/log/journal"};
// What systemd-journal-remote has received from other machines.
constexpr const char* kReceived = "/var/log/journal/remote";

std::string environment_path(const char* name) {
  const char* const value = ::secure_getenv(name);
  return value != nullptr && value[0] == '/' ? value : "";
}

std::string user_storage_directory() {
  const std::string state = environment_path("XDG_STATE_HOME");
  const std::string base = state.empty() ? environment_path("HOME") + "/.local/state" : state;
  return base + "/logq/journal";
}

std::string user_volatile_directory(const std::string& suffix) {
  const std::string base = environment_path("XDG_RUNTIME_DIR");
  const std::string runtime_dir =
      base.empty() ? "/tmp/logq-" + std::to_string(::geteuid()) : base + "/logq";
  return runtime_dir + suffix + "/journal";
}

// Below /tmp a directory of that name may be anybody's.
bool is_foreign(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && status.st_uid != ::geteuid();
}

// Where a logqd of this user keeps its files.
std::vector<std::string> own_directories(const std::string& suffix) {
  std::vector<std::string> own = {user_storage_directory() + suffix};
  const std::string volatile_directory = user_volatile_directory(suffix);
  if (!is_foreign(volatile_directory)) own.push_back(volatile_directory);
  return own;
}

void add_names_in(const std::string& directory, std::set<std::string>& names) {
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(directory, ignored))
    names.insert(entry.path().filename().string());
}

// Names of the subdirectories of the two parents.
std::set<std::string> machine_directories() {
  std::set<std::string> names;
  for (const char* const parent : kSystemParents)
    add_names_in(parent, names);
  return names;
}

// "ID.NAME", where a dot is part of what comes behind; nothing else may stand there.
bool is_of_namespace(const std::string& directory, const std::string& name) {
  const std::size_t dot = directory.find('.');
  if (!Id128::parse(std::string_view(directory).substr(0, dot))) return false;
  if (dot == std::string::npos) return name.empty() || name == "*";
  return name == "*" || directory.substr(dot + 1) == name;
}

void add_namespace(const SourceOptions& source,
                   const std::string& name,
                   std::vector<std::string>& directories) {
  const std::string machine = base::machine_id().to_string();
  const std::string suffix = name.empty() ? "" : "." + name;
  std::set<std::string> wanted = {machine + suffix};
  if (name == "*") wanted = {machine};
  for (const std::string& found : machine_directories()) {
    const bool of_machine = source.merge || found.starts_with(machine);
    if (of_machine && is_of_namespace(found, name)) wanted.insert(found);
  }
  for (const char* const parent : kSystemParents) {
    for (const std::string& directory : wanted)
      directories.push_back(std::string(parent) + "/" + directory);
  }
  if (name == "*") return;
  const std::vector<std::string> own = own_directories(suffix);
  directories.insert(directories.end(), own.begin(), own.end());
}

void add_received(const std::string& name, std::vector<std::string>& directories) {
  directories.emplace_back(kReceived);
  std::set<std::string> found;
  add_names_in(kReceived, found);
  for (const std::string& directory : found) {
    if (directory.find('.') != std::string::npos && is_of_namespace(directory, name)) {
      directories.push_back(std::string(kReceived) + "/" + directory);
    }
  }
}

// Whether a namespace is asked for without the default one.
bool leaves_out_default(const std::string& log_namespace) {
  return !log_namespace.empty() && log_namespace != "*" && !log_namespace.starts_with('+');
}

// What was received of the default namespace has directories there by machine.
bool is_received_by_default(std::string_view directory) {
  if (!directory.starts_with(kReceived)) return false;
  directory.remove_prefix(std::string_view(kReceived).size());
  return directory.starts_with('/') && directory.find('.') == std::string_view::npos;
}

bool has_base_name(std::string_view name, std::string_view base) {
  if (!name.starts_with(base)) return false;
  name.remove_prefix(base.size());
  return name.starts_with('@') || name == ".journal" || name == ".journal~";
}

}  // namespace

std::vector<std::string> default_directories(const SourceOptions& source) {
  if (source.root) {
    std::vector<std::string> below;
    for (const char* const parent : kSystemParents)
      below.push_back(*source.root + parent);
    below.push_back(*source.root + kReceived);
    return below;
  }
  std::vector<std::string> directories;
  const bool also_default = source.log_namespace.starts_with('+');
  const std::string name = source.log_namespace.substr(also_default ? 1 : 0);
  if (also_default && !name.empty()) add_namespace(source, "", directories);
  add_namespace(source, name, directories);
  if (source.merge) add_received(name, directories);
  return directories;
}

bool is_received(std::string_view directory) {
  return directory.ends_with(kReceived);
}

std::vector<std::string> stored_namespaces() {
  const std::string prefix = base::machine_id().to_string() + ".";
  std::vector<std::string> names;
  for (const std::string& directory : machine_directories()) {
    if (directory.starts_with(prefix)) names.push_back(directory.substr(prefix.size()));
  }
  std::sort(names.begin(), names.end());
  return names;
}

journal::FileFilter file_filter(const SourceOptions& source) {
  const bool leaves_out = source.merge && leaves_out_default(source.log_namespace);
  if (!source.system && !source.user && !leaves_out) return {};
  const std::string& name = source.log_namespace;
  const std::string suffix =
      name.empty() || name == "*" ? "" : "." + name.substr(name.starts_with('+') ? 1 : 0);
  std::vector<std::string> own = own_directories("");
  const std::vector<std::string> of_namespace = own_directories(suffix);
  own.insert(own.end(), of_namespace.begin(), of_namespace.end());
  return [own, leaves_out, system = source.system, user = source.user](std::string_view path) {
    const std::size_t slash = path.rfind('/');
    const std::string_view directory = path.substr(0, slash == std::string_view::npos ? 0 : slash);
    if (leaves_out && is_received_by_default(directory)) return false;
    if (!system && !user) return true;
    if (std::find(own.begin(), own.end(), directory) != own.end()) return user;
    const std::string_view file = path.substr(slash + 1);
    return (system && has_base_name(file, "system")) ||
           (user && has_base_name(file, "user-" + std::to_string(::getuid())));
  };
}

}  // namespace logq::cli
