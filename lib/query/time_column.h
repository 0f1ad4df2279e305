// TimeColumn: the time that begins a line of the short formats.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "logq/id128.h"
#include "query/calendar_text.h"
#include "query/entry_view.h"
#include "query/line_fields.h"
#include "query/output_mode.h"

namespace logq::query {

// Keeps the last second's text and, for short-delta, the entry before. Not thread-safe.
class TimeColumn {
 public:
  // `mode` is one of the short formats or with-unit.
  TimeColumn(OutputMode mode, bool utc);

  // Every entry is to be told, in order, also one of which no line is printed: short-delta counts
  // from the entry before.
  void set_entry(const EntryView& entry, const LineFields& fields);
  void append(std::string& out);

 private:
  struct Shown {
    std::uint64_t realtime_usec = 0;
    std::uint64_t monotonic_usec = 0;
    Id128 boot_id;
  };

  void append_delta(std::string& out) const;

  OutputMode mode_;
  CalendarText calendar_;
  Shown entry_;
  std::optional<Shown> before_;
  bool first_ = true;
};

}  // namespace logq::query
