// JsonWriter: the layout and the colours of the JSON formats; what a value looks like as such is
// decided by wire/json.h.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace logq::query {

// Writes one object at a time. Names and values are not checked to come in turn.
class JsonWriter {
 public:
  enum class Layout { kOneLine, kIndented };

  JsonWriter(Layout layout, bool colours);

  void begin_object(std::string& out);
  void end_object(std::string& out);
  // REQUIRES: nothing in the name needs an escape.
  void name(std::string_view name, std::string& out);
  void begin_array(std::string& out);
  void end_array(std::string& out);

  // A value behind a name or within an array: a string, or an array of byte numbers where the bytes
  // are not printable text.
  void value(std::string_view bytes, std::string& out);
  // A string in which nothing needs an escape, see wire::is_plain_json_text().
  void plain_text(std::string_view text, std::string& out);
  void null(std::string& out);

 private:
  // A string of printable text.
  void text(std::string_view text, std::string& out);
  // What goes before an element: a comma, and a new line where the layout wants it.
  void begin_element(std::string& out);
  void open(char bracket, std::string& out);
  void close(char bracket, std::string& out);
  void byte_numbers(std::string_view bytes, std::string& out);

  bool indented_;
  bool colours_;
  bool after_name_ = false;
  bool first_ = true;  // no element yet in the innermost object or array
  std::size_t depth_ = 0;
};

}  // namespace logq::query
