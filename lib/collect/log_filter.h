// LogFilter: which messages of a unit are stored at all: LogLevelMax= and LogFilterPatterns= of its
// unit file (docs/protocols.md, "Filters of a unit"). What it discards was not wanted, so it is no
// drop. Copies share the compiled patterns. Not thread-safe.
//
// Patterns are given some milliseconds a message. What they cannot judge in that time is kept, and
// so is a message above 64 KiB; patterns that take longer again and again are given up.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace logq::collect {

class LogFilter {
 public:
  // Whether an entry of this level, 0 to 7, and this message is to be stored. An entry without a
  // message, given as an empty one, is not looked at for patterns.
  [[nodiscard]] bool keeps(int level, std::string_view message) const;

  // Less important levels are discarded; nothing means none.
  void set_level_max(std::optional<int> level) { level_max_ = level; }
  // Takes the value of the extended attribute in which systemd keeps the patterns: those of which a
  // message must match one, each with a NUL behind it, a byte 0xff, those of which it may match
  // none. Empty for none. A value that cannot be understood filters nothing. Compiles only what
  // differs from the last value.
  void set_patterns(std::string_view attribute);

 private:
  struct Patterns;
  std::optional<int> level_max_;
  std::string attribute_;
  std::shared_ptr<const Patterns> patterns_;  // null where nothing is to be matched
};

}  // namespace logq::collect
