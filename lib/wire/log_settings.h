// What a service manager leaves in files for the collector about a unit's log, as systemd does in
// /run/systemd/units (docs/protocols.md, "Filters of a unit"): their names, and the bytes of one
// of them. Pure codec, no I/O.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace logq::wire {

// Each is followed by the name of the unit. The first are links that lead to their value.
inline constexpr std::string_view kLevelMaxLink = "log-level-max:";
inline constexpr std::string_view kRateIntervalLink = "log-rate-limit-interval:";
inline constexpr std::string_view kRateBurstLink = "log-rate-limit-burst:";
inline constexpr std::string_view kExtraFieldsFile = "log-extra-fields:";
inline constexpr std::array kLogSettingNames = {kLevelMaxLink, kRateIntervalLink, kRateBurstLink,
                                                kExtraFieldsFile};
// Ours: the file on which who has left them keeps a lock, as long as they count.
inline constexpr std::string_view kSettingsHolder = "held:";
// Where a collector of ours looks for them, below its runtime directory.
inline constexpr std::string_view kSettingsDirectory = "units";

// Of "NAME=value" strings, each behind its length.
[[nodiscard]] std::string encode_extra_fields(std::span<const std::string> fields);
// Anything malformed, and any field that a client may not send, ends the list.
[[nodiscard]] std::vector<std::string> parse_extra_fields(std::string_view bytes);

}  // namespace logq::wire
