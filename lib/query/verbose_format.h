// "verbose": the time and the cursor, then every field on lines of its own
// (docs/output-formats.md, "Verbose").
#pragma once

#include <string>
#include <string_view>

#include "query/calendar_text.h"
#include "query/explanation_lines.h"
#include "query/field_choice.h"
#include "query/message_lines.h"
#include "query/output_format.h"
#include "query/payload.h"

namespace logq::query {

class VerboseFormat final : public OutputFormat {
 public:
  explicit VerboseFormat(const FormatOptions& options);

  void append(const EntryView& entry, std::string& out) override;
  [[nodiscard]] bool wants(std::string_view field_name) const override;

 private:
  void append_head(const EntryView& entry, std::string& out);
  void append_field(std::string_view payload, const Payload& field, std::string& out);
  [[nodiscard]] bool is_shown(std::string_view payload) const;
  [[nodiscard]] std::string_view field_colour(std::string_view name) const;

  FormatOptions options_;
  LineStyle style_;
  FieldChoice choice_;
  CalendarText time_;
  std::string file_url_base_;
  ExplanationLines explanation_;
  std::string linked_;  // scratch
};

}  // namespace logq::query
