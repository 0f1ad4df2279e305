#include "collect/log_settings.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <string_view>

#include "base/io.h"
#include "collect/link_target.h"
#include "wire/log_settings.h"

namespace logq::collect {
namespace {

constexpr std::size_t kExtraFieldsMax = std::size_t{1} << 20;

std::optional<std::uint64_t> number_in_link(const std::string& path) {
  const auto text = link_target(path);
  if (!text.has_value()) return std::nullopt;
  std::uint64_t number = 0;
  const char* last = text->data() + text->size();
  const auto [end, error] = std::from_chars(text->data(), last, number);
  if (error != std::errc{} || end != last) return std::nullopt;
  return number;
}

// A level is a digit.
std::optional<int> level_in_link(const std::string& path) {
  const auto text = link_target(path);
  if (!text.has_value() || text->size() != 1) return std::nullopt;
  const char digit = text->front();
  return digit < '0' || digit > '7' ? std::nullopt : std::optional(digit - '0');
}

bool is_trusted(uid_t owner) {
  return owner == 0 || owner == ::geteuid();
}

std::string path_of(const std::string& directory, std::string_view name, const std::string& unit) {
  return directory + "/" + std::string(name) + unit;
}

}  // namespace

LogSettings read_log_settings(const std::string& directory, const std::string& unit) {
  LogSettings settings;
  settings.level_max = level_in_link(path_of(directory, wire::kLevelMaxLink, unit));
  settings.rate_interval_usec = number_in_link(path_of(directory, wire::kRateIntervalLink, unit));
  settings.rate_burst = number_in_link(path_of(directory, wire::kRateBurstLink, unit));
  const auto bytes =
      base::read_small_file(path_of(directory, wire::kExtraFieldsFile, unit), kExtraFieldsMax);
  if (bytes.has_value()) settings.extra_fields = wire::parse_extra_fields(*bytes);
  return settings;
}

bool are_log_settings_held(const std::string& directory, const std::string& unit) {
  const auto holder = base::open_file(path_of(directory, wire::kSettingsHolder, unit),
                                      O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  if (!holder.has_value()) return false;
  struct stat status {};
  if (::fstat(holder->get(), &status) != 0 || !is_trusted(status.st_uid)) return false;
  struct flock lock {};
  lock.l_type = F_RDLCK;
  lock.l_whence = SEEK_SET;
  // Asks without taking it, not even for a moment.
  return ::fcntl(holder->get(), F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

Result<std::string> make_log_settings_directory(const std::string& runtime_dir) {
  const std::string path = runtime_dir + "/" + std::string(wire::kSettingsDirectory);
  const bool is_new = ::mkdir(path.c_str(), 0700) == 0;
  if (!is_new && errno != EEXIST) return fail(Error::system(errno, "mkdir"));
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return fail(Error::system(errno, "stat"));
  if (!S_ISDIR(status.st_mode)) return fail(Error::system(ENOTDIR, "open directory"));
  if (!is_trusted(status.st_uid) || (status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return fail(Error::make(Errc::kInvalidArgument, "others may write in this directory"));
  }
  return path;
}

}  // namespace logq::collect
