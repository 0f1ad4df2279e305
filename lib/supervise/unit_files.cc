#include "supervise/unit_files.h"

#include <algorithm>
#include <filesystem>
#include <map>

#include "base/io.h"
#include "supervise/specifiers.h"
#include "wire/unit_name.h"

namespace logq::supervise {
namespace {

// Names of directories with drop-ins, from the most special one.
std::vector<std::string> drop_in_directories(const std::string& name) {
  const UnitNameParts parts = split_unit_name(name);
  std::vector<std::string> names{name + ".d"};
  if (const std::string own = template_of(name); !own.empty()) names.push_back(own + ".d");
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

std::string template_of(std::string_view unit_name) {
  const UnitNameParts parts = split_unit_name(unit_name);
  return parts.instance.empty() ? "" : parts.prefix + "@" + parts.suffix;
}

std::vector<std::string> unit_files_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::string directory = slash == std::string::npos ? "" : path.substr(0, slash + 1);
  const std::string name = path.substr(directory.size());
  std::vector<std::string> files{path};
  std::error_code ignored;
  const std::string own = template_of(name);
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

UnitFileTexts read_unit_files(const std::string& path, std::string_view type) {
  constexpr std::size_t kFileMax = std::size_t{16} << 20;
  UnitFileTexts files;
  files.unit_name = path.substr(path.rfind('/') + 1);
  const auto refuse = [&](const std::string& file, std::string message) {
    files.trouble = UnitProblem{file, 0, std::move(message), UnitProblem::Severity::kFatal};
    return files;
  };
  const bool is_of_type = files.unit_name.ends_with("." + std::string(type));
  if (!is_of_type || !wire::is_valid_unit_name(files.unit_name)) {
    return refuse(path, "This is not the name of a " + std::string(type) + " unit.");
  }
  for (const std::string& file : unit_files_of(path)) {
    auto text = base::read_small_file(file, kFileMax);
    if (!text) return refuse(file, text.error().message());
    if (files.texts.empty() && text->empty()) {
      return refuse(file, "Unit " + files.unit_name + " is masked.");
    }
    files.texts.push_back({file, std::move(*text)});
  }
  return files;
}

}  // namespace logq::supervise
