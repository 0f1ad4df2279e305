#include "logq/trace_context.h"

#include <span>

namespace logq {
namespace {

constexpr std::size_t kKnownSize = 55;  // "00-" 32 digits "-" 16 digits "-" 2 digits

std::optional<unsigned> lower_case_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10;
  return std::nullopt;
}

// REQUIRES: two digits for each byte.
bool read_bytes(std::string_view digits, std::span<std::uint8_t> bytes) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto high = lower_case_digit(digits[2 * i]);
    const auto low = lower_case_digit(digits[2 * i + 1]);
    if (!high || !low) return false;
    bytes[i] = static_cast<std::uint8_t>(*high << 4 | *low);
  }
  return true;
}

template <std::size_t N>
void append_digits(const std::array<std::uint8_t, N>& bytes, std::string& out) {
  const auto digits = internal::hex_digits(bytes);
  out.append(digits.data(), digits.size());
}

}  // namespace

std::optional<TraceContext> TraceContext::parse(std::string_view traceparent) {
  constexpr std::uint8_t kInvalidVersion = 0xff;
  if (traceparent.size() < kKnownSize) return std::nullopt;
  if (traceparent[2] != '-' || traceparent[35] != '-' || traceparent[52] != '-')
    return std::nullopt;
  std::array<std::uint8_t, 1> version{};
  if (!read_bytes(traceparent, version) || version[0] == kInvalidVersion) return std::nullopt;
  const bool has_more = traceparent.size() > kKnownSize;
  if (has_more && (version[0] == 0 || traceparent[kKnownSize] != '-')) return std::nullopt;

  TraceContext context;
  if (!read_bytes(traceparent.substr(3), context.trace_id) ||
      !read_bytes(traceparent.substr(36), context.span_id) ||
      !read_bytes(traceparent.substr(53), {&context.flags, 1}) || !context.is_valid()) {
    return std::nullopt;
  }
  return context;
}

std::string TraceContext::to_string() const {
  std::string text = "00-";
  text.reserve(kKnownSize);
  append_digits(trace_id, text);
  text += '-';
  append_digits(span_id, text);
  text += '-';
  append_digits(std::array{flags}, text);
  return text;
}

}  // namespace logq
