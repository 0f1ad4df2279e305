// JsonView: one value of a JSON text that has been checked as a whole, to look into without copying
// or building anything of it. Made for small messages of strangers: checking needs no memory but a
// bit per level of nesting, looking for a member walks the text.
//
// What is taken is RFC 8259's grammar, with valid UTF-8 and without NUL in strings. Views point
// into the text, which must outlive them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "logq/result.h"

namespace logq::wire {

class JsonView {
 public:
  // How many objects and arrays may be open within the outermost; systemd's limit.
  static constexpr std::size_t kDepthMax = 2048;

  // The value that `text` consists of, blanks around it aside. kCorrupt with the offset of what is
  // wrong.
  static Result<JsonView> parse(std::string_view text);

  enum class Kind : std::uint8_t { kNull, kBoolean, kNumber, kString, kArray, kObject };
  [[nodiscard]] Kind kind() const;

  // Nothing when it is of another kind, or a number that does not fit.
  [[nodiscard]] std::optional<bool> boolean() const;
  [[nodiscard]] std::optional<std::uint64_t> unsigned_integer() const;
  [[nodiscard]] std::optional<double> number() const;
  [[nodiscard]] std::optional<std::string> string() const;

  // Of an object: the first member of that name.
  [[nodiscard]] std::optional<JsonView> member(std::string_view name) const;
  // The text of the value, without blanks around it.
  [[nodiscard]] std::string_view text() const { return text_; }

 private:
  friend class JsonMembers;
  friend class JsonElements;
  explicit JsonView(std::string_view text) : text_(text) {}
  static std::optional<std::string_view> take_value(std::string_view& rest);

  std::string_view text_;
};

// Walks over the members of an object, in their order; over none when it is no object.
class JsonMembers {
 public:
  explicit JsonMembers(const JsonView& object);

  struct Member {
    std::string name;
    JsonView value;
  };
  std::optional<Member> next();

 private:
  std::string_view rest_;  // from the next name on
};

// The same for the elements of an array.
class JsonElements {
 public:
  explicit JsonElements(const JsonView& array);

  std::optional<JsonView> next();

 private:
  std::string_view rest_;  // from the next element on
};

}  // namespace logq::wire
