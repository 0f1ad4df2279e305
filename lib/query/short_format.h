// The formats of one line per entry, "short" and its relatives: TIME HOST IDENTIFIER[PID]: MESSAGE
// (docs/output-formats.md, "Lines"). They differ in the time, and with-unit names the unit instead
// of the program.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "query/explanation_lines.h"
#include "query/line_fields.h"
#include "query/message_lines.h"
#include "query/output_format.h"
#include "query/time_column.h"

namespace logq::query {

class ShortFormat final : public OutputFormat {
 public:
  ShortFormat(OutputMode mode, const FormatOptions& options);

  void append(const EntryView& entry, std::string& out) override;
  [[nodiscard]] bool wants(std::string_view field_name) const override;

 private:
  [[nodiscard]] bool is_shown(std::string_view value) const;
  // These append one column and return the width that continuation lines are indented by.
  std::size_t append_column(std::string_view before,
                            std::string_view value,
                            std::string_view after,
                            std::string& out) const;
  std::size_t append_source(const LineFields& fields, std::string& out) const;
  std::size_t append_units(const LineFields& fields, std::string& out) const;
  std::size_t append_pid(const LineFields& fields, std::string& out) const;

  void append_message(const EntryView& entry,
                      const LineFields& fields,
                      std::size_t indent,
                      std::string& out);
  void append_documentation(const EntryView& entry, std::string_view url, std::string& out);
  // `message` with its beginning made a link where that is the file it speaks of.
  [[nodiscard]] std::string_view linked(std::string_view message,
                                        std::string_view config_file,
                                        TextSpan& mark);
  [[nodiscard]] MessageColours colours_of(const LineFields& fields) const;

  OutputMode mode_;
  FormatOptions options_;
  LineStyle style_;
  TimeColumn time_;
  ExplanationLines explanation_;
  std::string file_url_base_;
  std::string stripped_;  // scratch
  std::string linked_;    // scratch
};

}  // namespace logq::query
