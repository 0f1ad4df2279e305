// Traces: entries that say which request they belong to, under the names that OpenTelemetry gives
// such fields: TRACE_ID (32 hexadecimal digits), SPAN_ID (16) and TRACE_FLAGS (2).
//
//   const auto context = logq::TraceContext::parse(request.header("traceparent"));
//   std::optional<logq::ScopedTrace> trace;
//   if (context) trace.emplace(*context);  // or ScopedTrace({trace_id, span_id, flags})
//   log.info("order placed");              // TRACE_ID=4bf92f3577b34da6a3ce929d0e0e4736 ...
//
// Needs no OpenTelemetry: ids are bytes, so those of any tracer can be copied in.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "logq/thread_field.h"

namespace logq {

struct TraceContext {
  std::array<std::uint8_t, 16> trace_id{};
  std::array<std::uint8_t, 8> span_id{};
  std::uint8_t flags = 0;  // bit 0: sampled

  // The header `traceparent` of the W3C's Trace Context, taken as strictly as that says: lower-case
  // digits, no id of zeros, nothing behind the flags of version 00; of higher versions the part
  // that this version knows, of ff nothing. A header that is refused is to be ignored, and a new
  // trace begun.
  static std::optional<TraceContext> parse(std::string_view traceparent);
  // As such a header of version 00.
  [[nodiscard]] std::string to_string() const;

  [[nodiscard]] bool is_sampled() const { return (flags & 1U) != 0; }
  // Whether both ids are other than zero.
  [[nodiscard]] bool is_valid() const {
    return trace_id != decltype(trace_id){} && span_id != decltype(span_id){};
  }

  friend bool operator==(const TraceContext&, const TraceContext&) = default;
};

namespace internal {

template <std::size_t N>
constexpr std::array<char, 2 * N> hex_digits(const std::array<std::uint8_t, N>& bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::array<char, 2 * N> digits{};
  for (std::size_t i = 0; i < N; ++i) {
    digits[2 * i] = kDigits[bytes[i] >> 4];
    digits[2 * i + 1] = kDigits[bytes[i] & 15];
  }
  return digits;
}

// A field of the thread whose value is bytes in digits, which it keeps.
template <std::size_t N>
class HexField final : private HeldValue<std::array<char, 2 * N>>, public ThreadField {
 public:
  HexField(FieldName name, const std::array<std::uint8_t, N>& bytes) noexcept
      : HeldValue<std::array<char, 2 * N>>{hex_digits(bytes)},
        ThreadField(Field{name, Value(std::string_view(this->held.data(), this->held.size()))}) {}
};

}  // namespace internal

// Adds the trace's fields to what this thread logs until the end of the scope. Allocates nothing.
// As with every field of a thread it must die on the thread that made it (logq/thread_field.h). Of
// one made inside another's scope an entry carries both, the inner one's fields first.
class ScopedTrace {
 public:
  explicit ScopedTrace(const TraceContext& context) noexcept
      : flags_("TRACE_FLAGS", {context.flags}),
        span_id_("SPAN_ID", context.span_id),
        trace_id_("TRACE_ID", context.trace_id) {}
  ScopedTrace(const ScopedTrace&) = delete;
  ScopedTrace& operator=(const ScopedTrace&) = delete;
  ~ScopedTrace() = default;

 private:
  // Entries carry the latest field first.
  const internal::HexField<1> flags_;
  const internal::HexField<8> span_id_;
  const internal::HexField<16> trace_id_;
};

}  // namespace logq
