#include "query/hyperlink.h"

#include <sys/utsname.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>

namespace logq::query {

bool is_linkable(std::string_view value) {
  return std::none_of(value.begin(), value.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
  });
}

bool is_documentation_url(std::string_view url) {
  constexpr std::array<std::string_view, 5> kSchemes = {"http://", "https://", "file:/",
                                                        "info:", "man:"};
  const bool is_ascii = std::all_of(url.begin(), url.end(),
                                    [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  return is_ascii && std::any_of(kSchemes.begin(), kSchemes.end(), [&](std::string_view scheme) {
           return url.starts_with(scheme) && url.size() > scheme.size();
         });
}

void append_link(std::string_view url, std::string_view text, std::string& out) {
  out += "\x1b]8;;";
  out += url;
  out += '\a';
  out += text;
  out += "\x1b]8;;\a";
}

std::string file_url_base() {
  utsname names{};
  if (::uname(&names) != 0) return "file://";
  return std::string("file://") + names.nodename;
}

std::string file_url(std::string_view path, std::string_view base) {
  std::string url(base);
  if (!path.starts_with('/')) {
    std::error_code failed;
    url += std::filesystem::current_path(failed).native();
    url += '/';
  }
  url += path;
  return url;
}

}  // namespace logq::query
