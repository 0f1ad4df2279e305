// "short": "Mmm dd HH:MM:SS HOST IDENTIFIER[PID]: MESSAGE", journalctl's default output. The time
// is _SOURCE_REALTIME_TIMESTAMP where the entry has one. Continuation lines of a message are
// indented to its column; what is not printable text becomes "[15B blob data]".
#pragma once

#include <ctime>
#include <string>
#include <string_view>

#include "query/output_format.h"

namespace logq::query {

class ShortFormat final : public OutputFormat {
 public:
  explicit ShortFormat(const FormatOptions& options) : options_(options) {}

  void append(const EntryView& entry, std::string& out) override;
  [[nodiscard]] bool wants(std::string_view /*field_name*/) const override { return true; }

 private:
  [[nodiscard]] bool is_shown(std::string_view value) const;
  void append_time(std::uint64_t realtime_usec, std::string& out);
  // Returns the width of the column.
  std::size_t append_column(std::string_view before,
                            std::string_view value,
                            std::string_view after,
                            std::string& out) const;
  void append_message(std::string_view message, std::size_t indent, std::string& out);
  void append_lines(std::string_view message, std::size_t indent, std::string& out) const;

  FormatOptions options_;
  std::time_t cached_second_ = -1;
  std::string cached_time_;
  std::string scratch_;
};

}  // namespace logq::query
