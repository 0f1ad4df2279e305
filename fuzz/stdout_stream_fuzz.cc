// A stream of any bytes, as the collector reads it: header, then lines until the end. Every byte is
// consumed once, and a header that is accepted survives being encoded again.
#include <optional>
#include <string_view>

#include "require.h"
#include "wire/stdout_stream.h"

namespace {

using logq::fuzz::require;
using namespace logq::wire;

std::optional<StreamHeader> decode_header(std::string_view& bytes) {
  StreamHeaderDecoder decoder;
  while (const auto line = split_line(bytes, kStreamHeaderLineMax)) {
    if (line->line_break != LineBreak::kNewline) return std::nullopt;
    const auto complete = decoder.feed_line(line->text);
    if (!complete) return std::nullopt;
    bytes.remove_prefix(line->consumed);
    if (*complete) return decoder.header();
  }
  return std::nullopt;
}

void check_line(const StreamLine& line, std::string_view bytes, std::size_t line_max) {
  require(line.consumed > 0 && line.consumed <= bytes.size());
  require(line.text.size() <= line_max && line.text.size() <= line.consumed);
  require(line.text.find('\n') == std::string_view::npos);
  require(line.text.find('\0') == std::string_view::npos);
}

void check_message(const StreamMessage& message, std::string_view text) {
  require(message.message.size() <= text.size());
  require(message.priority >= 0 && message.priority <= 999 + 7);
}

void read_lines(std::string_view bytes, const StreamHeader& header, std::size_t line_max) {
  while (const auto line = split_line(bytes, line_max)) {
    check_line(*line, bytes, line_max);
    check_message(interpret_line(line->text, header), line->text);
    bytes.remove_prefix(line->consumed);
  }
  require(bytes.size() < line_max);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view bytes{reinterpret_cast<const char*>(data), size};
  read_lines(bytes, StreamHeader{}, kLineMaxMin);
  if (const auto header = decode_header(bytes)) {
    std::string encoded = encode_stream_header(*header);
    std::string_view rest = encoded;
    require(decode_header(rest) == header && rest.empty());
    read_lines(bytes, *header, kLineMaxMin);
    read_lines(bytes, *header, kDefaultLineMax);
  }
  return 0;
}
