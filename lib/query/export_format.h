// "export": the Journal Export Format, for journal-remote and for copying without loss
// (docs/output-formats.md, "Export"). With __SEQNUM and __SEQNUM_ID, as journalctl since 254.
#pragma once

#include "query/output_format.h"

namespace logq::query {

class ExportFormat final : public OutputFormat {
 public:
  void append(const EntryView& entry, std::string& out) override;
  [[nodiscard]] bool wants(std::string_view /*field_name*/) const override { return true; }
};

}  // namespace logq::query
