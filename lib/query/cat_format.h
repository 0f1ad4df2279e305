// "cat": the message alone, byte for byte but for a terminal, and a newline; or the fields of
// --output-fields, a line each, in the order they are asked for.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "query/colours.h"
#include "query/output_format.h"

namespace logq::query {

class CatFormat final : public OutputFormat {
 public:
  explicit CatFormat(const FormatOptions& options);

  void append(const EntryView& entry, std::string& out) override;
  [[nodiscard]] bool wants(std::string_view field_name) const override;

 private:
  std::vector<std::string> fields_;
  bool colours_;
  ColourDepth colour_depth_;
  bool truncate_newline_;
  bool hides_controls_;
  std::string harmless_;
};

}  // namespace logq::query
