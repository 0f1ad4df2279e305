// The fields of a line that logq-cat stores itself: those that a collector would give it
// (docs/attribution.md), as seen from the logger, which is who hands it over. Not thread-safe.
#pragma once

#include <sys/types.h>

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "logq_run/stream_options.h"
#include "wire/stdout_stream.h"

namespace logq::cli {

class LineEntry {
 public:
  explicit LineEntry(const StreamSettings& settings);

  // Whose output it is, where the supervisor says so: OBJECT_PID=.
  void set_writer(std::optional<pid_t> pid);

  // The payloads of a line's entry; none when journald would not store it (an empty one). Valid
  // until the next call.
  std::span<const std::string_view> payloads_of(std::string_view text, wire::LineBreak line_break);

 private:
  wire::StreamHeader header_;
  std::vector<std::string> constant_;  // payloads that all lines have
  std::string writer_;
  std::string message_;
  std::string priority_;
  std::string line_break_;
  std::vector<std::string_view> payloads_;
};

}  // namespace logq::cli
