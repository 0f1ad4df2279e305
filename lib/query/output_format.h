// The output formats of logq, journalctl's -o: each turns one entry into text (docs/protocols.md,
// "Output formats").
//
// A format keeps small caches (the last formatted second, scratch space), so one object serves one
// thread. Nothing is allocated per entry once its buffers have grown.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "query/entry_view.h"

namespace logq::query {

enum class OutputMode : std::uint8_t { kShort, kCat, kJson, kExport };

// "short", "cat", "json", "export".
[[nodiscard]] std::optional<OutputMode> parse_output_mode(std::string_view name);

// Formats that other programs read carry no separators and remarks between the entries.
[[nodiscard]] bool is_machine_readable(OutputMode mode);

struct FormatOptions {
  bool show_all = false;     // -a: unprintable and very long values too, nothing stripped
  bool utc = false;          // times in UTC, not in the local zone
  bool no_hostname = false;  // short: without the host column
};

class OutputFormat {
 public:
  OutputFormat() = default;
  OutputFormat(const OutputFormat&) = delete;
  OutputFormat& operator=(const OutputFormat&) = delete;
  virtual ~OutputFormat() = default;

  // Appends the entry to `out`; an entry that the format cannot show (no MESSAGE) appends nothing.
  virtual void append(const EntryView& entry, std::string& out) = 0;
};

[[nodiscard]] std::unique_ptr<OutputFormat> make_output_format(OutputMode mode,
                                                               const FormatOptions& options);

}  // namespace logq::query
