// Links in terminal output (OSC 8), as journalctl prints them for CONFIG_FILE and DOCUMENTATION.
#pragma once

#include <string>
#include <string_view>

namespace logq::query {

// Whether a value may become part of a link: control characters would end it, and could forge
// lines of output.
[[nodiscard]] bool is_linkable(std::string_view value);
// Whether systemd takes it for the place of documentation: ASCII, and http, https, file, info, man.
[[nodiscard]] bool is_documentation_url(std::string_view url);

// Appends `text` as a link to `url`.
void append_link(std::string_view url, std::string_view text, std::string& out);

// "file://HOST" of this machine.
[[nodiscard]] std::string file_url_base();
// The URL of a file; a relative path is one of the current directory.
[[nodiscard]] std::string file_url(std::string_view path, std::string_view base);

}  // namespace logq::query
