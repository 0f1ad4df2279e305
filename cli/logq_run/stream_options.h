// The options logq-run and logq-cat share: what the collector is told about a stream.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "wire/stdout_stream.h"

namespace logq::cli {

inline constexpr int kLevelInfo = 6;  // of lines that do not say theirs

struct StreamSettings {
  std::string unit;                 // mangled; empty: no claim
  std::string identifier;           // empty: the program's default
  std::optional<int> level;         // 0 to 7
  std::optional<int> stderr_level;  // a second stream for standard error
  bool level_prefix = true;
};

// "err", "error", "3": a level of syslog.
std::optional<int> parse_level(std::string_view text);

// Applies one option (its long name) to `settings`; a complaint without the program's name if the
// value is bad.
std::optional<std::string> apply_stream_option(std::string_view name,
                                               const std::string& value,
                                               StreamSettings& settings);

// The header for a stream of `settings` with this priority (facility * 8 + level).
std::string make_header(const StreamSettings& settings, int priority);

// The identifier of a program's lines unless one is given: "sh" for "/bin/sh", fit for a header.
std::string identifier_of(const std::string& program);

}  // namespace logq::cli
