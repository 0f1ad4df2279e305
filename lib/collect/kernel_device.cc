#include "collect/kernel_device.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <climits>
#include <optional>

#include <net/if.h>

#include "base/io.h"

namespace logq::collect {
namespace {

constexpr std::size_t kLinksMax = 32;  // as journald
constexpr std::size_t kFileMax = std::size_t{64} << 10;

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// One component of a path, and no way out of its directory.
bool is_file_name(std::string_view text) {
  return !text.empty() && text != "." && text != ".." &&
         text.find_first_of(std::string_view("/\0", 2)) == std::string_view::npos;
}

// /sys/dev/block/8:0, which is a link to the device's own directory.
std::optional<std::string> find_numbered(std::string_view kind,
                                         std::string_view number,
                                         const std::string& sys) {
  const std::size_t colon = number.find(':');
  if (colon == std::string_view::npos || !is_number(number.substr(0, colon)) ||
      !is_number(number.substr(colon + 1))) {
    return std::nullopt;
  }
  return sys + "/dev/" + std::string(kind) + "/" + std::string(number);
}

std::optional<std::string> find_interface(std::string_view number, const std::string& sys) {
  unsigned index = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), index);
  if (error != std::errc{} || end != number.data() + number.size()) return std::nullopt;
  std::array<char, IF_NAMESIZE> name{};
  if (::if_indextoname(index, name.data()) == nullptr) return std::nullopt;
  return sys + "/class/net/" + name.data();
}

// "SUBSYSTEM:NAME".
std::optional<std::string> find_named(std::string_view text, const std::string& sys) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const std::string subsystem(text.substr(0, colon));
  const std::string name(text.substr(colon + 1));
  if (!is_file_name(subsystem) || !is_file_name(name)) return std::nullopt;
  if (subsystem == "module") return sys + "/module/" + name;
  const std::string bus = sys + "/bus/" + subsystem + "/devices/" + name;
  const std::string of_class = sys + "/class/" + subsystem + "/" + name;
  const std::string firmware = sys + "/firmware/" + subsystem + "/" + name;
  for (const std::string* path : {&bus, &of_class, &firmware}) {
    if (base::exists(*path)) return *path;
  }
  return std::nullopt;
}

std::optional<std::string> find_device(std::string_view id, const std::string& sys) {
  if (id.size() < 2) return std::nullopt;
  const std::string_view rest = id.substr(1);
  switch (id[0]) {
    case 'b':
      return find_numbered("block", rest, sys);
    case 'c':
      return find_numbered("char", rest, sys);
    case 'n':
      return find_interface(rest, sys);
    case '+':
      return find_named(rest, sys);
    default:
      return std::nullopt;
  }
}

// The name of the device's own directory; the kernel writes '!' there for '/'.
std::string device_name(const std::string& path) {
  std::string target(PATH_MAX, '\0');
  const ssize_t size = ::readlink(path.c_str(), target.data(), target.size());
  target.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
  if (target.empty()) target = path;  // modules are no links
  std::string name = target.substr(target.rfind('/') + 1);
  std::ranges::replace(name, '!', '/');
  return name;
}

// What stands behind `key` at the front of each line of a file.
std::vector<std::string> values_of(std::string_view key, const std::string& path) {
  std::vector<std::string> values;
  const auto text = base::read_small_file(path, kFileMax);
  std::string_view rest = text.has_value() ? std::string_view(*text) : std::string_view();
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    if (line.starts_with(key)) values.emplace_back(line.substr(key.size()));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
  }
  return values;
}

}  // namespace

void append_device_fields(std::string_view id,
                          const DeviceSources& sources,
                          std::vector<std::string>& out) {
  const auto path = find_device(id, sources.sys);
  if (!path.has_value() || !base::exists(*path + "/uevent")) return;
  const auto nodes = values_of("DEVNAME=", *path + "/uevent");
  if (!nodes.empty()) out.push_back("_UDEV_DEVNODE=/dev/" + nodes.front());
  out.push_back("_UDEV_SYSNAME=" + device_name(*path));
  // udev's data base names its files as the kernel names the devices.
  if (!is_file_name(id)) return;
  auto links = values_of("S:", sources.udev + "/" + std::string(id));
  links.resize(std::min(links.size(), kLinksMax));
  for (const std::string& link : links)
    out.push_back("_UDEV_DEVLINK=/dev/" + link);
}

}  // namespace logq::collect
