// "export": the Journal Export Format, for journal-remote and for copying without loss
// (docs/output-formats.md, "Export"). With __SEQNUM and __SEQNUM_ID, as journalctl since 254.
#pragma once

#include <string>
#include <string_view>

#include "query/field_choice.h"
#include "query/output_format.h"

namespace logq::query {

class ExportFormat final : public OutputFormat {
 public:
  explicit ExportFormat(const FormatOptions& options)
      : choice_(options.output_fields),
        hides_controls_(options.for_terminal && !options.show_all) {}

  void append(const EntryView& entry, std::string& out) override;
  [[nodiscard]] bool wants(std::string_view field_name) const override {
    return choice_.includes(field_name);
  }

 private:
  FieldChoice choice_;
  bool hides_controls_;
};

}  // namespace logq::query
