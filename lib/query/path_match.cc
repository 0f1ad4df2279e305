#include "query/path_match.h"

#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>
#include <optional>
#include <string_view>

#include "base/ids.h"
#include "base/io.h"
#include "base/try.h"

namespace logq::query {
namespace {

// What the kernel keeps of a program's name in /proc/PID/comm.
constexpr std::size_t kCommandNameMax = 15;
// The kernel reads this much of a script's first line.
constexpr std::size_t kFirstLineMax = 255;
constexpr std::string_view kDevicesRoot = "/sys/devices";

Result<std::string> canonical_path(const std::string& path) {
  const std::unique_ptr<char, decltype(&::free)> resolved(::realpath(path.c_str(), nullptr),
                                                          &::free);
  if (resolved == nullptr) return fail(Error::system(errno, "realpath"));
  return std::string(resolved.get());
}

// The program behind "#!", if this is a script.
std::optional<std::string> interpreter_of(const std::string& path) {
  const auto fd = base::open_file(path, O_RDONLY);
  if (!fd) return std::nullopt;
  const auto head = base::read_all(fd->get(), kFirstLineMax);
  if (!head || !head->starts_with("#!")) return std::nullopt;
  const std::string_view line = std::string_view(*head).substr(0, head->find('\n'));
  const std::size_t begin = line.find_first_not_of(" \t", 2);
  if (begin == std::string_view::npos || line[begin] != '/') return std::nullopt;
  return std::string(line.substr(begin, line.find_first_of(" \t", begin) - begin));
}

std::vector<std::string> terms_of_executable(const std::string& path) {
  const std::optional<std::string> interpreter = interpreter_of(path);
  if (!interpreter) return {"_EXE=" + path};
  const std::string name = path.substr(path.rfind('/') + 1).substr(0, kCommandNameMax);
  std::vector<std::string> terms = {"_COMM=" + name};
  // A linked interpreter (/usr/bin/python3) may since point elsewhere; then the name must do.
  struct stat status {};
  if (::lstat(interpreter->c_str(), &status) == 0 && !S_ISLNK(status.st_mode)) {
    terms.push_back("_EXE=" + *interpreter);
  }
  return terms;
}

// The last component of a link's target, "" when there is none.
std::string link_name(const std::string& path) {
  std::array<char, PATH_MAX> target{};
  const ssize_t length = ::readlink(path.c_str(), target.data(), target.size());
  if (length <= 0) return {};
  const std::string_view text(target.data(), static_cast<std::size_t>(length));
  return std::string(text.substr(text.rfind('/') + 1));
}

// "_KERNEL_DEVICE=" terms of one directory of /sys/devices; none when it is no device.
void append_device_terms(const std::string& directory, std::vector<std::string>& terms) {
  struct stat status {};
  if (::stat((directory + "/uevent").c_str(), &status) != 0) return;
  const std::string subsystem = link_name(directory + "/subsystem");
  if (subsystem.empty()) return;
  const std::string name = directory.substr(directory.rfind('/') + 1);
  terms.push_back("_KERNEL_DEVICE=+" + subsystem + ":" + name);
  const auto numbers = base::read_small_file(directory + "/dev", kFirstLineMax);
  if (!numbers || numbers->empty()) return;
  const char kind = subsystem == "block" ? 'b' : 'c';
  terms.push_back("_KERNEL_DEVICE=" + (kind + numbers->substr(0, numbers->find('\n'))));
}

Result<std::vector<std::string>> terms_of_device(const struct stat& status) {
  const std::string kind = S_ISBLK(status.st_mode) ? "block" : "char";
  std::string directory =
      LOGQ_TRY(canonical_path("/sys/dev/" + kind + "/" + std::to_string(major(status.st_rdev)) +
                              ":" + std::to_string(minor(status.st_rdev))));
  std::vector<std::string> terms;
  while (directory.size() > kDevicesRoot.size() && directory.starts_with(kDevicesRoot)) {
    append_device_terms(directory, terms);
    directory.resize(directory.rfind('/'));
  }
  // Device numbers are given anew at each boot.
  terms.push_back("_BOOT_ID=" + base::boot_id().to_string());
  return terms;
}

}  // namespace

Result<std::vector<std::string>> terms_of_path(const std::string& path) {
  const std::string resolved = LOGQ_TRY(canonical_path(path));
  struct stat status {};
  if (::lstat(resolved.c_str(), &status) != 0) return fail(Error::system(errno, "stat"));
  if (S_ISREG(status.st_mode) && (status.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH)) != 0) {
    return terms_of_executable(resolved);
  }
  if (S_ISCHR(status.st_mode) || S_ISBLK(status.st_mode)) return terms_of_device(status);
  return fail(Error::make(Errc::kInvalidArgument, "neither a device node, nor an executable file"));
}

}  // namespace logq::query
