// The output formats of logq, journalctl's -o: each turns one entry into text
// (docs/output-formats.md).
//
// A format keeps small caches (the last formatted second, the entry before for short-delta, scratch
// space), so one object serves one thread and one stretch of output. Nothing is allocated per entry
// once its buffers have grown.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "query/entry_view.h"
#include "query/output_mode.h"

namespace logq::query {

class Catalog;

// Which escape sequences a terminal gets: SYSTEMD_COLORS=16, or more. journalctl prints the same
// for 256 colours and for 24 bits.
enum class ColourDepth : std::uint8_t { k16, k256 };

struct FormatOptions {
  bool show_all = false;          // -a: unprintable and very long values too, nothing stripped
  bool full = true;               // --no-full clears it: long messages are ellipsised to `columns`
  bool utc = false;               // times in UTC, not in the local zone
  bool no_hostname = false;       // short formats: without the host column
  bool truncate_newline = false;  // short formats: the first line of a message only
  bool colours = false;           // escape sequences of `colour_depth`
  bool for_terminal = false;      // cat, export: no control characters, unless show_all
  bool hyperlinks = false;        // OSC 8 links where journalctl makes them
  ColourDepth colour_depth = ColourDepth::k256;
  bool unicode = true;       // the terminal's encoding is UTF-8: "…", not "..."
  std::size_t columns = 80;  // width that messages are ellipsised to
  std::vector<std::string> output_fields = {};  // --output-fields; empty: all (cat: MESSAGE)
  bool explain = false;  // -x: short formats and verbose: what `catalog` says, below each entry
  // Shared by the formats of all threads; nothing: there is none. Short formats link to the
  // documentation that it names, too.
  std::shared_ptr<const Catalog> catalog = nullptr;
};

class OutputFormat {
 public:
  OutputFormat() = default;
  OutputFormat(const OutputFormat&) = delete;
  OutputFormat& operator=(const OutputFormat&) = delete;
  virtual ~OutputFormat() = default;

  // Appends the entry to `out`; an entry that the format cannot show (no MESSAGE) appends nothing.
  virtual void append(const EntryView& entry, std::string& out) = 0;

  // Whether a field of this name can change what append() writes. Payloads of other fields may be
  // left out of the EntryView, so that they need not be decompressed.
  [[nodiscard]] virtual bool wants(std::string_view field_name) const = 0;
};

[[nodiscard]] std::unique_ptr<OutputFormat> make_output_format(OutputMode mode,
                                                               const FormatOptions& options);

}  // namespace logq::query
