// The stdout stream protocol: seven header lines, then raw output (docs/protocols.md, "Stdout
// stream"). Pure codec, no I/O.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "logq/result.h"

namespace logq::wire {

inline constexpr std::size_t kDefaultLineMax = std::size_t{48} * 1024;
inline constexpr std::size_t kLineMaxMin = 79;
inline constexpr std::size_t kStreamHeaderLineMax = 255;  // its newline included

struct StreamHeader {
  std::string identifier;  // SYSLOG_IDENTIFIER of the lines; may be empty
  std::string unit_id;     // a claim: honoured only where the sender may make it
  int priority = 6;        // 0 to 999: facility * 8 + level
  bool level_prefix = false;
  bool forward_to_syslog = false;
  bool forward_to_kmsg = false;
  bool forward_to_console = false;

  friend bool operator==(const StreamHeader&, const StreamHeader&) = default;
};

// The seven lines, for a client that opens a stream.
[[nodiscard]] std::string encode_stream_header(const StreamHeader& header);

// Takes header lines one by one; kCorrupt for a line journald would refuse (the connection is then
// closed). `feed_line` gets a line without its newline and returns true when the header is
// complete. Whitespace around a value does not count. A line that split_line(buffer,
// kStreamHeaderLineMax) ends by anything but a newline must not be fed but refused.
class StreamHeaderDecoder {
 public:
  Result<bool> feed_line(std::string_view line);
  [[nodiscard]] const StreamHeader& header() const { return header_; }

 private:
  int lines_ = 0;
  StreamHeader header_;
};

// Why a line ended; stored as _LINE_BREAK=, but not for a newline.
enum class LineBreak : std::uint8_t { kNewline, kNul, kLineMax, kPidChange, kEof };
[[nodiscard]] std::string_view line_break_name(LineBreak line_break);  // "" for kNewline

struct StreamLine {
  std::string_view text;  // as received, without its terminator
  LineBreak line_break = LineBreak::kNewline;
  std::size_t consumed = 0;  // bytes of the buffer this line used, terminator included
};

// The first line of `buffer`, or nothing while it is incomplete (neither terminator nor line_max
// bytes). REQUIRES: line_max >= kLineMaxMin.
[[nodiscard]] std::optional<StreamLine> split_line(std::string_view buffer, std::size_t line_max);

// What journald 252 stores of a line: trailing whitespace stripped, then the level prefix taken off
// when asked for; leading whitespace is kept, and so is a line of nothing else. `message` is empty
// for lines that are not stored at all.
struct StreamMessage {
  std::string_view message;
  int priority = 6;  // facility * 8 + level, the line's own level where it has a prefix
};
[[nodiscard]] StreamMessage interpret_line(std::string_view text, const StreamHeader& header);

}  // namespace logq::wire
