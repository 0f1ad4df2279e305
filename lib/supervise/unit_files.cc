#include "supervise/unit_files.h"

#include <algorithm>
#include <filesystem>
#include <map>

#include "supervise/specifiers.h"

namespace logq::supervise {
namespace {

// "web@.service" of "web@7.service"; empty for a name without an instance.
std::string template_of(const UnitNameParts& parts) {
  return parts.instance.empty() ? "" : parts.prefix + "@" + parts.suffix;
}

// Names of directories with drop-ins, from the most special one.
std::vector<std::string> drop_in_directories(const std::string& name) {
  const UnitNameParts parts = split_unit_name(name);
  std::vector<std::string> names{name + ".d"};
  if (const std::string own = template_of(parts); !own.empty()) names.push_back(own + ".d");
  std::string stem = parts.prefix;
  while (true) {
    // The dash at the end of a prefix belongs to it and ends the next one.
    const std::size_t dash = stem.size() < 2 ? std::string::npos : stem.rfind('-', stem.size() - 2);
    if (dash == std::string::npos) break;
    stem.resize(dash + 1);
    names.push_back(stem + parts.suffix + ".d");
  }
  if (parts.suffix.size() > 1) names.push_back(parts.suffix.substr(1) + ".d");
  return names;
}

void gather(const std::string& directory, std::map<std::string, std::string>& by_name) {
  std::error_code error;
  for (std::filesystem::directory_iterator file(directory, error), end; !error && file != end;
       file.increment(error)) {
    const std::string name = file->path().filename().string();
    if (!name.ends_with(".conf") || name.starts_with('.')) continue;
    by_name.try_emplace(name, file->path().string());
  }
}

}  // namespace

std::vector<std::string> unit_files_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::string directory = slash == std::string::npos ? "" : path.substr(0, slash + 1);
  const std::string name = path.substr(directory.size());
  std::vector<std::string> files{path};
  std::error_code ignored;
  const std::string own = template_of(split_unit_name(name));
  if (!own.empty() && !std::filesystem::exists(path, ignored) &&
      std::filesystem::exists(directory + own, ignored)) {
    files.front() = directory + own;
  }
  std::map<std::string, std::string> drop_ins;
  for (const std::string& drop_in : drop_in_directories(name))
    gather(directory + drop_in, drop_ins);
  for (const auto& [file_name, file] : drop_ins)
    files.push_back(file);
  return files;
}

}  // namespace logq::supervise
