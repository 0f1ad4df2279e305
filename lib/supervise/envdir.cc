#include "supervise/envdir.h"

#include <string.h>

#include <algorithm>
#include <filesystem>

#include "base/io.h"

namespace logq::supervise {
namespace {

constexpr std::size_t kFileMax = std::size_t{1} << 20;

std::string first_line(std::string_view text) {
  std::string line(text.substr(0, text.find('\n')));
  line.resize(line.find_last_not_of(" \t") + 1);
  std::ranges::replace(line, '\0', '\n');
  return line;
}

EnvironmentDirectory failed(const std::string& path, std::string_view reason) {
  return {{}, path + ": " + std::string(reason)};
}

}  // namespace

void EnvironmentDirectory::apply_to(Environment& environment) const {
  for (const auto& [name, value] : variables) {
    if (value) {
      environment.set(name + "=" + *value);
    } else {
      environment.unset(name);
    }
  }
}

EnvironmentDirectory read_environment_directory(const std::string& path) {
  std::vector<std::string> names;
  std::error_code error;
  for (std::filesystem::directory_iterator file(path, error), end; !error && file != end;
       file.increment(error)) {
    const std::string name = file->path().filename().string();
    if (!name.starts_with('.')) names.push_back(name);
  }
  if (error) return failed(path, error.message());
  std::ranges::sort(names);
  EnvironmentDirectory result;
  for (const std::string& name : names) {
    const std::string file = (std::filesystem::path(path) / name).string();
    const auto text = base::read_small_file(file, kFileMax + 1);
    if (!text) return failed(file, ::strerror(text.error().sys_errno));
    if (text->size() > kFileMax) return failed(file, "larger than 1 MiB");
    result.variables.emplace_back(name,
                                  text->empty() ? std::nullopt : std::optional(first_line(*text)));
  }
  return result;
}

}  // namespace logq::supervise
