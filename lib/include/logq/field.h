// Structured fields: a NAME=value pair beside the message of a log entry.
//
//   log.info("user logged in", logq::field<"USER_ID">(42), logq::field("FROM", address));
//
// Names follow the journal's rule: capital letters, digits and underscores, at most 64, no leading
// digit or underscore (leading underscores are the collector's). A literal name that breaks the
// rule, or that the logger writes itself (MESSAGE, PRIORITY, ...), does not compile. A name known
// only at run time goes through runtime_field(): a bad one is renamed and counted, never lost.
//
// A Field is a view: it keeps neither its name nor its value. Make it in the call that logs it.
// Values are binary safe: any bytes, of any length, come back as they were.
#pragma once

#include <algorithm>
#include <bit>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <exception>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>

#include "logq/id128.h"
#include "logq/internal/inline_copy.h"

namespace logq {

// Whether a client may use this name: [A-Z0-9_]{1,64}, beginning with a letter.
constexpr bool is_valid_field_name(std::string_view name) {
  if (name.empty() || name.size() > 64 || name[0] < 'A' || name[0] > 'Z') return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

// Whether the logger itself writes this field, so that a caller's would be a second value of it.
constexpr bool is_reserved_field_name(std::string_view name) {
  return name == "MESSAGE" || name == "PRIORITY" || name == "SYSLOG_IDENTIFIER" || name == "TID" ||
         name == "CODE_FILE" || name == "CODE_LINE" || name == "CODE_FUNC" ||
         name == "SOURCE_REALTIME_TIMESTAMP";
}

namespace internal {

// Never defined: a constant that would need one does not compile, and the compiler says its name.
// In place of exceptions, which an application may be built without.
void field_names_are_capitals_digits_and_underscores_a_letter_first_64_at_most();
void this_field_is_written_by_the_logger_itself();

}  // namespace internal

// The name of a field. Literals are checked by the compiler.
class FieldName {
 public:
  template <std::size_t N>
  consteval FieldName(const char (&literal)[N])  // NOLINT(google-explicit-constructor)
      : FieldName({literal, N - 1}, true, true) {
    if (!is_valid_field_name(text()))
      internal::field_names_are_capitals_digits_and_underscores_a_letter_first_64_at_most();
    if (is_reserved_field_name(text())) internal::this_field_is_written_by_the_logger_itself();
  }
  // A name from elsewhere; `name` must outlive the use of the result.
  static constexpr FieldName at_runtime(std::string_view name) noexcept {
    return {name, is_valid_field_name(name) && !is_reserved_field_name(name), false};
  }
  // The same name where its text lies now; as good or bad as it was.
  [[nodiscard]] constexpr FieldName moved_to(const char* text) const noexcept {
    return {{text, size_}, good_, false};
  }

  [[nodiscard]] constexpr std::string_view text() const { return {text_, size_}; }
  [[nodiscard]] constexpr bool is_good() const { return good_; }
  // Whether the text is there for the whole life of the program (or of the library it is in).
  [[nodiscard]] constexpr bool is_literal() const { return literal_; }

 private:
  // A name of over 4 GiB is as bad as its beginning is.
  constexpr FieldName(std::string_view text, bool good, bool literal)
      : text_(text.data()),
        size_(static_cast<std::uint32_t>(std::min<std::size_t>(text.size(), UINT32_MAX))),
        good_(good),
        literal_(literal) {}

  const char* text_;
  std::uint32_t size_;
  bool good_;
  bool literal_;
};

// What a bad run-time name becomes: capitals, '_' for what is not allowed, "X_" in front where the
// first character may not be one or the name is reserved, cut to 64: "user-id" is USER_ID.
[[nodiscard]] std::string repaired_field_name(std::string_view name);

namespace internal {

template <typename T>
concept Boolean = std::is_same_v<T, bool>;
template <typename T>
concept SignedInteger = std::signed_integral<T> && !Boolean<T>;
template <typename T>
concept UnsignedInteger = std::unsigned_integral<T> && !Boolean<T>;
template <typename T>
concept TextLike = std::is_convertible_v<const T&, std::string_view>;
// A null pointer to characters is a mistake worth seeing in the log, not worth a crash.
template <TextLike T>
constexpr std::string_view view_of(const T& text) noexcept {
  if constexpr (std::is_pointer_v<T>) {
    if (text == nullptr) return "(null)";
  }
  return text;
}
template <typename T>
concept Enumerator = std::is_enum_v<T> && !TextLike<T>;

}  // namespace internal

// The value of a field, a view tagged with its type. Converts from: all integers, enums, bool,
// float and double, anything that converts to std::string_view, spans of bytes, durations,
// std::error_code, std::exception (its what()) and Id128. A null pointer to characters is "(null)".
// Trivially copyable, never allocates.
class Value {
 public:
  enum class Kind : std::uint8_t {
    kSigned,
    kUnsigned,
    kBool,
    kDouble,
    kText,
    kDuration,
    kError,
    kId
  };

  // NOLINTBEGIN(google-explicit-constructor): a value stands for what it is made of.
  template <internal::Boolean T>
  constexpr Value(T value) noexcept : Value(Kind::kBool, value ? 1U : 0U) {}
  template <internal::SignedInteger T>
  constexpr Value(T value) noexcept
      : Value(Kind::kSigned, static_cast<std::uint64_t>(std::int64_t{value})) {}
  template <internal::UnsignedInteger T>
  constexpr Value(T value) noexcept : Value(Kind::kUnsigned, std::uint64_t{value}) {}
  template <internal::Enumerator T>
  constexpr Value(T value) noexcept : Value(static_cast<std::underlying_type_t<T>>(value)) {}
  template <std::floating_point T>
  constexpr Value(T value) noexcept
      : Value(Kind::kDouble, std::bit_cast<std::uint64_t>(static_cast<double>(value))) {}
  template <internal::TextLike T>
  constexpr Value(const T& text) noexcept : Value(as_text(internal::view_of(text))) {}
  constexpr Value(std::span<const std::byte> bytes) noexcept
      : Value(Kind::kText, bytes.size(), bytes.data()) {}
  constexpr Value(std::span<const std::uint8_t> bytes) noexcept
      : Value(Kind::kText, bytes.size(), bytes.data()) {}
  template <typename Rep, typename Period>
  constexpr Value(std::chrono::duration<Rep, Period> duration) noexcept
      : Value(Kind::kDuration, static_cast<std::uint64_t>(nanoseconds(duration))) {}
  Value(const std::error_code& error) noexcept
      : Value(Kind::kError, static_cast<std::uint64_t>(error.value()), &error.category()) {}
  Value(const std::exception& exception) noexcept : Value(as_text(exception.what())) {}
  Value(const Id128& id) noexcept : Value(Kind::kId, 0, &id) {}
  // NOLINTEND(google-explicit-constructor)

  [[nodiscard]] Kind kind() const { return kind_; }
  // REQUIRES: kind() is kText.
  [[nodiscard]] std::string_view text() const {
    return {static_cast<const char*>(pointer_), static_cast<std::size_t>(word_)};
  }

  // A value in pieces, for queues: its kind, one word, and what is elsewhere: the text, the bytes
  // of an id, an error's category.
  [[nodiscard]] constexpr std::uint64_t word() const noexcept { return word_; }
  [[nodiscard]] constexpr const void* pointer() const noexcept { return pointer_; }
  static constexpr Value from_parts(Kind kind,
                                    std::uint64_t word,
                                    const void* pointer = nullptr) noexcept {
    return {kind, word, pointer};
  }

  // What of it is elsewhere and must be copied for the value to outlive the call that it is made
  // for.
  [[nodiscard]] constexpr std::size_t borrowed_bytes() const noexcept {
    if (kind_ == Kind::kText) return static_cast<std::size_t>(word_);
    return kind_ == Kind::kId ? sizeof(Id128) : 0;
  }
  // The same value with a copy of that at `at`, which has room for it.
  [[gnu::always_inline]] Value copied_to(char* at) const noexcept {
    const std::size_t size = borrowed_bytes();
    if (size == 0) return *this;
    std::memcpy(at, pointer_, size);
    return {kind_, word_, at};
  }

  // Appends the value as the journal stores it. Integers and floats in decimal (the shortest text
  // that reads back as the same number), bool as "true" or "false", durations as microseconds with
  // decimals where needed (the unit of the journal's own *_USEC fields), an error as
  // "category:number: message", an id as 32 hexadecimal digits.
  void append_to(std::string& out) const;

  // The same for all but errors, whose length nobody knows before, to a place with room for
  // most_bytes(). Returns the end. REQUIRES: kind() is not kError.
  char* write_to(char* at) const;
  [[nodiscard]] constexpr std::size_t most_bytes() const noexcept {
    return kind_ == Kind::kText ? static_cast<std::size_t>(word_) : kMostNumberBytes;
  }
  static constexpr std::size_t kMostNumberBytes = 40;  // of what is no text

 private:
  constexpr Value(Kind kind, std::uint64_t word, const void* pointer = nullptr) noexcept
      : kind_(kind),
        word_(word),
        pointer_(pointer) {}

  static constexpr Value as_text(std::string_view text) noexcept {
    return {Kind::kText, text.size(), text.data()};
  }
  template <typename Duration>
  static constexpr std::int64_t nanoseconds(Duration duration) noexcept {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(duration).count();
  }

  Kind kind_;
  std::uint64_t word_;   // the number or its bits, the size of the text, the error's number
  const void* pointer_;  // to the text, the error's category or the id
};

struct Field {
  FieldName name;
  Value value;
};

static_assert(std::is_trivially_copyable_v<Field>);

// A field with a literal name, checked at compile time.
template <typename T>
[[nodiscard]] constexpr Field field(FieldName name, const T& value) noexcept {
  return {name, Value(value)};
}

// A literal as a template argument, for field<"NAME">(value).
template <std::size_t N>
struct LiteralName {
  char text[N];
  consteval LiteralName(const char (&literal)[N]) {  // NOLINT(google-explicit-constructor)
    std::copy_n(literal, N, text);
  }
};

namespace internal {

template <Value::Kind K>
using KindTag = std::integral_constant<Value::Kind, K>;

// The kind that Value's constructors give to a type: the same overloads.
template <Boolean T>
KindTag<Value::Kind::kBool> kind_of(T);
template <SignedInteger T>
KindTag<Value::Kind::kSigned> kind_of(T);
template <UnsignedInteger T>
KindTag<Value::Kind::kUnsigned> kind_of(T);
template <Enumerator T>
auto kind_of(T) -> decltype(kind_of(std::underlying_type_t<T>{}));
template <std::floating_point T>
KindTag<Value::Kind::kDouble> kind_of(T);
template <TextLike T>
KindTag<Value::Kind::kText> kind_of(const T&);
KindTag<Value::Kind::kText> kind_of(std::span<const std::byte>);
KindTag<Value::Kind::kText> kind_of(std::span<const std::uint8_t>);
template <typename Rep, typename Period>
KindTag<Value::Kind::kDuration> kind_of(std::chrono::duration<Rep, Period>);
KindTag<Value::Kind::kError> kind_of(const std::error_code&);
KindTag<Value::Kind::kText> kind_of(const std::exception&);
KindTag<Value::Kind::kId> kind_of(const Id128&);

// The bytes of Value::word() that say something, for a value made of a T.
template <typename T, Value::Kind K>
consteval std::size_t word_bytes() {
  switch (K) {
    case Value::Kind::kText:  // the size; what is longer than 4 GiB goes through no queue
    case Value::Kind::kError:
      return 4;
    case Value::Kind::kId:
      return 0;
    case Value::Kind::kBool:
      return 1;
    case Value::Kind::kSigned:
    case Value::Kind::kUnsigned:
      return std::min(sizeof(T), sizeof(std::uint64_t));
    default:
      return sizeof(std::uint64_t);
  }
}

}  // namespace internal

// A Field of which the compiler knows the name and the kind, so that nothing is left to ask when it
// is queued. Converts to a Field, and is a view as that is.
template <LiteralName Name, Value::Kind K, std::size_t WordBytes>
class NamedField {
 public:
  static constexpr FieldName kName{Name.text};
  static constexpr Value::Kind kKind = K;
  static constexpr std::size_t kWordBytes = WordBytes;

  constexpr explicit NamedField(const Value& value) noexcept
      : word_(value.word()),
        pointer_(value.pointer()) {}

  // NOLINTNEXTLINE(google-explicit-constructor): it is one
  constexpr operator Field() const noexcept {
    return {kName, Value::from_parts(K, word_, pointer_)};
  }

  // Copies what the word says to `at`. Returns the end.
  [[gnu::always_inline]] char* put_word(char* at) const noexcept {
    if constexpr (WordBytes == 1) return put(static_cast<std::uint8_t>(word_), at);
    if constexpr (WordBytes == 2) return put(static_cast<std::uint16_t>(word_), at);
    if constexpr (WordBytes == 4) return put(static_cast<std::uint32_t>(word_), at);
    if constexpr (WordBytes == 8) return put(word_, at);
    return at;
  }
  // Bytes of it that are elsewhere.
  [[nodiscard]] constexpr std::size_t packed_bytes() const noexcept {
    if constexpr (K == Value::Kind::kText) return static_cast<std::size_t>(word_);
    if constexpr (K == Value::Kind::kId) return sizeof(Id128);
    if constexpr (K == Value::Kind::kError) return sizeof pointer_;
    return 0;
  }
  // Copies these to `at`. Returns their end.
  [[gnu::always_inline]] char* pack_to(char* at) const noexcept {
    if constexpr (K == Value::Kind::kError) {
      std::memcpy(at, &pointer_, sizeof pointer_);
    } else if constexpr (kIsElsewhere) {
      internal::copy_bytes(static_cast<const char*>(pointer_), packed_bytes(), at);
    }
    return at + packed_bytes();
  }

 private:
  template <typename Word>
  [[gnu::always_inline]] static char* put(Word word, char* at) noexcept {
    std::memcpy(at, &word, sizeof word);
    return at + sizeof word;
  }

  // What has nothing elsewhere is one word, and given on in one register.
  struct Nowhere {
    constexpr Nowhere() noexcept = default;
    constexpr explicit Nowhere(const void* /*pointer*/) noexcept {}
    constexpr operator const void*() const noexcept { return nullptr; }  // NOLINT
  };
  static constexpr bool kIsElsewhere =
      K == Value::Kind::kText || K == Value::Kind::kError || K == Value::Kind::kId;

  std::uint64_t word_;
  [[no_unique_address]] std::conditional_t<kIsElsewhere, const void*, Nowhere> pointer_;
};

template <LiteralName Name, typename T>
[[nodiscard]] constexpr auto field(const T& value) noexcept {
  constexpr Value::Kind kKind = decltype(internal::kind_of(value))::value;
  return NamedField<Name, kKind, internal::word_bytes<T, kKind>()>(Value(value));
}

// A field whose name is known only at run time; see above for bad names.
template <typename T>
[[nodiscard]] constexpr Field runtime_field(std::string_view name, const T& value) noexcept {
  return {FieldName::at_runtime(name), Value(value)};
}

// MESSAGE_ID=, which says what kind of event this is; `journalctl --catalog` explains it.
[[nodiscard]] inline Field message_id(const Id128& id) {
  return field("MESSAGE_ID", id);
}

}  // namespace logq
