// The escape sequences of logq's own remarks and tables, as journalctl prints them. Those of
// entries are the output formats' (query/output_format.h).
#pragma once

#include <string_view>

namespace logq::cli {

// Every sequence is empty when there are no colours.
class Colours {
 public:
  explicit Colours(bool enabled) : enabled_(enabled) {}

  [[nodiscard]] std::string_view highlight() const { return enabled_ ? "\x1b[0;1;39m" : ""; }
  [[nodiscard]] std::string_view underline() const { return enabled_ ? "\x1b[0;4m" : ""; }
  [[nodiscard]] std::string_view highlight_red() const { return enabled_ ? "\x1b[0;1;31m" : ""; }
  [[nodiscard]] std::string_view highlight_green() const { return enabled_ ? "\x1b[0;1;32m" : ""; }
  [[nodiscard]] std::string_view normal() const { return enabled_ ? "\x1b[0m" : ""; }

 private:
  bool enabled_;
};

}  // namespace logq::cli
