// The options that logq-cat has beside those of a stream, and its script.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "supervise/logger_script.h"
#include "supervise/pipe_relay.h"
#include "wire/stdout_stream.h"

namespace logq::cli {

struct CatSettings {
  std::string directory;  // -D: a store of its own; empty: a collector
  supervise::Overflow overflow = supervise::Overflow::kPass;
  bool overflow_is_given = false;
  std::uint64_t spool_bytes = 0;
  std::string spool_file = "logq-cat.spool";
  std::optional<std::size_t> line_max;  // 0: none
  bool keeps_nul = false;               // --binary
  supervise::LoggerScript script;
};

// Applies one option (its long name); a complaint without the program's name if the value is bad.
std::optional<std::string> apply_cat_option(std::string_view name,
                                            std::string_view value,
                                            CatSettings& settings);

// Whether the words behind the options are a script and not a program with its arguments: with -D
// always, else when the first word is an action and they do not stand behind "--".
[[nodiscard]] bool is_script(const CatSettings& settings,
                             std::span<const std::string> words,
                             bool after_dashes);

// What is wrong with the script, if anything.
std::optional<std::string> apply_script(std::span<const std::string> words, CatSettings& settings);

// Options that need each other.
std::optional<std::string> complaint_about_cat(const CatSettings& settings);

}  // namespace logq::cli
