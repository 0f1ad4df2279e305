// Values of single settings of unit files, as systemd reads them.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace logq::supervise {

[[nodiscard]] std::optional<unsigned> parse_unsigned(std::string_view text);
[[nodiscard]] std::optional<int> parse_signed(std::string_view text);
[[nodiscard]] std::optional<mode_t> parse_mode(std::string_view text);  // "0755"
// "daemon" or "3".
[[nodiscard]] std::optional<int> parse_log_facility(std::string_view text);
// "warning" or "4".
[[nodiscard]] std::optional<int> parse_log_level(std::string_view text);
// A bit for each of "CAP_CHOWN cap_kill 5"; what is unknown counts for nothing.
[[nodiscard]] std::uint64_t parse_capabilities(std::string_view text);

// A user or group: a number, or a name that no file of accounts could not hold.
[[nodiscard]] bool is_account_name(std::string_view text);
[[nodiscard]] bool is_documentation_address(std::string_view text);
[[nodiscard]] bool is_credential_name(std::string_view text);
// Of a descriptor that is passed on: no colon, which stands between two. May be empty.
[[nodiscard]] bool is_descriptor_name(std::string_view text);
[[nodiscard]] bool is_interface_name(std::string_view text);  // of a network link

// A path without "." and doubled or last slashes.
[[nodiscard]] std::string simplified_path(std::string_view path);
// Whether it has nothing that simplified_path() would take away, and does not climb.
[[nodiscard]] bool is_normalized_path(std::string_view path);
// Whether a part of it is "..".
[[nodiscard]] bool climbs(std::string_view path);

}  // namespace logq::supervise
