#include "logq_run/cat_options.h"

#include "base/quantity.h"

namespace logq::cli {
namespace {

using supervise::Overflow;

constexpr std::string_view kSpool = "spool:";

std::string bad_value(std::string_view option, std::string_view value) {
  return "bad value of --" + std::string(option) + ": '" + std::string(value) + "'";
}

std::optional<std::string> apply_overflow(std::string_view value, CatSettings& settings) {
  settings.overflow_is_given = true;
  if (value == "pass") {
    settings.overflow = Overflow::kPass;
  } else if (value == "block") {
    settings.overflow = Overflow::kBlock;
  } else if (value == "drop") {
    settings.overflow = Overflow::kDrop;
  } else if (value.starts_with(kSpool)) {
    const auto size = base::parse_size(value.substr(kSpool.size()));
    if (!size || *size == 0) return bad_value("overflow", value);
    settings.overflow = Overflow::kSpool;
    settings.spool_bytes = *size;
  } else {
    return bad_value("overflow", value);
  }
  return std::nullopt;
}

std::optional<std::string> apply_line_max(std::string_view value, CatSettings& settings) {
  const auto size = base::parse_size(value);
  if (!size || (*size != 0 && *size < wire::kLineMaxMin)) return bad_value("line-max", value);
  settings.line_max = *size;
  return std::nullopt;
}

}  // namespace

std::optional<std::string> apply_cat_option(std::string_view name,
                                            std::string_view value,
                                            CatSettings& settings) {
  if (name == "overflow") return apply_overflow(value, settings);
  if (name == "line-max") return apply_line_max(value, settings);
  if (name == "binary") {
    settings.keeps_nul = true;
    return std::nullopt;
  }
  if (value.empty()) return bad_value(name, value);
  (name == "directory" ? settings.directory : settings.spool_file) = value;
  return std::nullopt;
}

bool is_script(const CatSettings& settings, std::span<const std::string> words, bool after_dashes) {
  if (words.empty()) return false;
  if (!settings.directory.empty()) return true;
  return !after_dashes && supervise::LoggerScript::begins_with(words.front());
}

std::optional<std::string> apply_script(std::span<const std::string> words, CatSettings& settings) {
  for (const std::string& word : words) {
    if (auto complaint = settings.script.add(word)) return complaint;
  }
  return std::nullopt;
}

std::optional<std::string> complaint_about_cat(const CatSettings& settings) {
  if (!settings.directory.empty()) {
    if (settings.overflow_is_given) return "--overflow= is about a collector, not about -D";
    return std::nullopt;
  }
  if (settings.line_max) return "--line-max= needs -D: a collector has its own (LineMax=)";
  if (settings.keeps_nul) return "--binary needs -D: in a stream to a collector NUL ends a line";
  return std::nullopt;
}

}  // namespace logq::cli
