#include "logq_run/stream_options.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/quantity.h"
#include "wire/unit_name.h"

namespace logq::cli {
namespace {

constexpr std::array<std::pair<std::string_view, int>, 12> kLevels{{
    {"emerg", 0},
    {"panic", 0},
    {"alert", 1},
    {"crit", 2},
    {"err", 3},
    {"error", 3},
    {"warning", 4},
    {"warn", 4},
    {"notice", 5},
    {"info", 6},
    {"debug", 7},
    {"emergency", 0},
}};

// What fits a header line beside its newline.
constexpr std::size_t kHeaderValueMax = wire::kStreamHeaderLineMax - 1;

std::optional<std::string> bad_value(std::string_view option, const std::string& value) {
  return "bad value of --" + std::string(option) + ": '" + value + "'";
}

std::optional<std::string> apply_unit(const std::string& value, StreamSettings& settings) {
  const auto unit = wire::mangle_unit_name(value);
  const bool usable = unit && wire::is_valid_unit_name(*unit) && unit->size() <= kHeaderValueMax;
  if (!usable) return "not a unit name: '" + value + "'";
  settings.unit = *unit;
  return std::nullopt;
}

}  // namespace

std::optional<int> parse_level(std::string_view text) {
  if (text.size() == 1 && text[0] >= '0' && text[0] <= '7') return text[0] - '0';
  const auto* found = std::ranges::find(kLevels, text, &std::pair<std::string_view, int>::first);
  if (found == kLevels.end()) return std::nullopt;
  return found->second;
}

std::optional<std::string> apply_stream_option(std::string_view name,
                                               const std::string& value,
                                               StreamSettings& settings) {
  if (name == "unit") return apply_unit(value, settings);
  if (name == "identifier") {
    if (value.size() > kHeaderValueMax || value.find('\n') != std::string::npos) {
      return bad_value(name, value);
    }
    settings.identifier = value;
    return std::nullopt;
  }
  if (name == "level-prefix") {
    const auto flag = base::parse_boolean(value);
    if (!flag) return bad_value(name, value);
    settings.level_prefix = *flag;
    return std::nullopt;
  }
  const auto level = parse_level(value);
  if (!level) return bad_value(name, value);
  (name == "stderr-priority" ? settings.stderr_level : settings.level) = level;
  return std::nullopt;
}

std::string make_header(const StreamSettings& settings, int priority) {
  return wire::encode_stream_header({.identifier = settings.identifier,
                                     .unit_id = settings.unit,
                                     .priority = priority,
                                     .level_prefix = settings.level_prefix});
}

std::string identifier_of(const std::string& program) {
  std::string name = program.substr(program.rfind('/') + 1);
  name.resize(std::min(name.size(), kHeaderValueMax));
  std::ranges::replace(name, '\n', '_');
  return name;
}

}  // namespace logq::cli
