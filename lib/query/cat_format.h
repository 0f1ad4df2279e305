// "cat": the message alone, byte for byte, and a newline.
#pragma once

#include "query/output_format.h"

namespace logq::query {

class CatFormat final : public OutputFormat {
 public:
  void append(const EntryView& entry, std::string& out) override;
  [[nodiscard]] bool wants(std::string_view /*field_name*/) const override { return true; }
};

}  // namespace logq::query
