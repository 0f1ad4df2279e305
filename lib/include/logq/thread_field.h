// Fields that every entry of this thread carries while an object lives.
//
//   logq::ScopedField request("REQUEST_ID", id);          // until the end of the scope
//   spdlog::info("user {} in", logq::kv("USER_ID", 42));  // until the end of the call
//
// Both register themselves with the thread that makes them, at no more cost than linking a list
// node, and both reach every Logger and every spdlog_sink. They must die on the thread that made
// them (not across a co_await that changes threads) and need not die in reverse order.
#pragma once

#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "logq/field.h"

namespace logq {

// A field in the list of its thread. Base of the two below; use those.
class ThreadField {
 public:
  ThreadField(const ThreadField&) = delete;
  ThreadField& operator=(const ThreadField&) = delete;

  [[nodiscard]] const Field& field() const { return field_; }
  // The field made before this one and still alive, or null.
  [[nodiscard]] const ThreadField* outer() const { return outer_; }
  // The latest living field of the calling thread, or null.
  static const ThreadField* innermost() noexcept;

 protected:
  // The field's views must live as long as this object.
  explicit ThreadField(const Field& field) noexcept;
  ~ThreadField();

 private:
  Field field_;
  ThreadField* outer_;
  ThreadField* inner_ = nullptr;
};

namespace internal {

// Storage that is made before, and dies after, the base class that views it.
struct OwnedText {
  std::string name;
  std::string text;
};
template <typename T>
struct HeldValue {
  T held;
};

inline std::string text_of(const Value& value) {
  std::string text;
  value.append_to(text);
  return text;
}

}  // namespace internal

// Adds a field to what this thread logs until the end of the scope. Keeps copies.
class ScopedField final : private internal::OwnedText, public ThreadField {
 public:
  template <typename T>
  ScopedField(FieldName name_of_field, const T& value)
      : OwnedText{std::string(name_of_field.text()), internal::text_of(Value(value))},
        ThreadField(Field{FieldName::at_runtime(name), Value(text)}) {}
};

// A value that prints itself in a message and is a field of the entry too. Lvalues are referred
// to, temporaries are kept. Numbers take their own format specification, everything else a
// string's.
template <typename T>
class KeyValue final : private internal::HeldValue<T>, public ThreadField {
 public:
  template <typename U>
  KeyValue(FieldName name, U&& value)
      : internal::HeldValue<T>{std::forward<U>(value)},
        ThreadField(Field{name, Value(this->held)}) {}

  [[nodiscard]] const std::remove_reference_t<T>& value() const { return this->held; }
};

// Makes a KeyValue; the name is a literal, checked at compile time.
template <typename T>
[[nodiscard]] KeyValue<T> kv(FieldName name, T&& value) {
  return KeyValue<T>(name, std::forward<T>(value));
}

}  // namespace logq
