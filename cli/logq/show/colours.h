// The escape sequences of logq's own remarks and tables, or none where there are no colours. Those
// of entries are the output formats' own business.
#pragma once

#include <string_view>

#include "query/colours.h"

namespace logq::cli {

class Colours {
 public:
  explicit Colours(bool enabled) : enabled_(enabled) {}

  [[nodiscard]] std::string_view bold() const { return when_enabled(query::kBold); }
  [[nodiscard]] std::string_view underline() const { return when_enabled(query::kUnderline); }
  [[nodiscard]] std::string_view bold_red() const { return when_enabled(query::kBoldRed); }
  [[nodiscard]] std::string_view off() const { return when_enabled(query::kColourOff); }

 private:
  [[nodiscard]] std::string_view when_enabled(std::string_view sequence) const {
    return enabled_ ? sequence : std::string_view();
  }

  bool enabled_;
};

}  // namespace logq::cli
