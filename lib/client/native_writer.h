// Fields in the native protocol, written to memory with bounds: each function returns the end of
// what it wrote, or null where it does not fit or is not for it.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "client/decimal.h"
#include "client/text_copy.h"
#include "logq/field.h"
#include "wire/native_protocol.h"

namespace logq::client {

// Bytes of a field that are neither of its name nor of its value, at most.
inline constexpr std::size_t kAroundValue = 1 + wire::kNativeLengthSize + 1;

[[gnu::always_inline]] inline char* write_text(std::string_view name,
                                               std::string_view text,
                                               char* at) {
  copy_text(name.data(), name.size(), at);
  char* const value = at + name.size() + 1;
  value[-1] = '=';
  // With a newline it has another form, which starts where this one does.
  if (copy_text(text.data(), text.size(), value)) [[unlikely]]
    return wire::write_native_field(name, text, at);
  value[text.size()] = '\n';
  return value + text.size() + 1;
}

[[gnu::always_inline]] inline char* write_text(std::string_view name,
                                               std::string_view text,
                                               char* at,
                                               const char* end) {
  const auto room = static_cast<std::size_t>(end - at);
  if (text.size() > room || name.size() + text.size() + kAroundValue > room) [[unlikely]]
    return nullptr;
  return write_text(name, text, at);
}

// The commonest kinds here, the others elsewhere. REQUIRES: it is no text, and no error.
[[gnu::always_inline]] inline char* write_number(const Value& value, char* at) {
  if (value.kind() == Value::Kind::kUnsigned) return write_decimal(value.word(), at);
  if (value.kind() == Value::Kind::kSigned)
    return write_signed_decimal(static_cast<std::int64_t>(value.word()), at);
  return value.write_to(at);
}

// Not for errors, whose text nobody knows before.
[[gnu::always_inline]] inline char* write_value(std::string_view name,
                                                const Value& value,
                                                char* at,
                                                const char* end) {
  if (value.kind() == Value::Kind::kText) return write_text(name, value.text(), at, end);
  const auto room = static_cast<std::size_t>(end - at);
  const std::size_t most = name.size() + Value::kMostNumberBytes + kAroundValue;
  if (value.kind() == Value::Kind::kError || most > room) [[unlikely]]
    return nullptr;
  copy_text(name.data(), name.size(), at);
  at += name.size();
  *at++ = '=';
  at = write_number(value, at);
  *at++ = '\n';
  return at;
}

// Not for names that must be repaired.
[[gnu::always_inline]] inline char* write_field(const Field& field, char* at, const char* end) {
  if (!field.name.is_good()) [[unlikely]]
    return nullptr;
  return write_value(field.name.text(), field.value, at, end);
}

}  // namespace logq::client
