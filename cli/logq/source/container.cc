#include "logq/source/container.h"

#include <algorithm>
#include <cerrno>

#include "base/io.h"

namespace logq::cli {
namespace {

// It becomes the name of a file, where machined has files of other names too.
bool is_machine_name(std::string_view name) {
  constexpr std::size_t kLongest = 64;  // as a host name
  const auto is_usual = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_';
  };
  return !name.empty() && name.size() <= kLongest && !name.starts_with('.') &&
         std::all_of(name.begin(), name.end(), is_usual);
}

// Of lines NAME=VALUE; "" where there is none. What the shell would have to unquote is none of
// ours.
std::string_view value_of(std::string_view text, std::string_view name) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    if (line.starts_with(name) && line.substr(name.size()).starts_with('=')) {
      return line.substr(name.size() + 1);
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return "";
}

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

tl::unexpected<Failure> failure_of(const std::string& subject, const Error& error) {
  if (error.sys_errno == EACCES || error.sys_errno == EPERM) {
    return failure(describe(subject, error) + "; run as root to read the journal of a container");
  }
  return failure(describe(subject, error));
}

}  // namespace

Outcome<std::string> container_root(std::string_view name, const std::string& machines) {
  const std::string subject = "-M " + std::string(name);
  if (!is_machine_name(name)) return failure(subject + ": not the name of a machine");
  const auto text = base::read_small_file(machines + "/" + std::string(name));
  if (!text) {
    const bool is_missing = text.error().sys_errno == ENOENT;
    if (is_missing) return failure(subject + ": no such machine is running");
    return failure_of(subject, text.error());
  }
  if (value_of(*text, "CLASS") != "container") {
    return failure(subject + ": not a container: the files of a virtual machine are its own");
  }
  const std::string leader(value_of(*text, "LEADER"));
  if (!is_number(leader)) return failure(subject + ": its leader is not known");
  auto root = base::open_file("/proc/" + leader + "/root", O_PATH | O_DIRECTORY);
  if (!root) return failure_of(subject, root.error());
  return "/proc/self/fd/" + std::to_string(root->release());
}

}  // namespace logq::cli
