#include "query/json_writer.h"

#include "query/colours.h"
#include "query/text_append.h"
#include "wire/json.h"
#include "wire/utf8.h"

namespace logq::query {

JsonWriter::JsonWriter(Layout layout, bool colours)
    : indented_(layout == Layout::kIndented),
      colours_(colours) {}

void JsonWriter::begin_object(std::string& out) {
  open('{', out);
}

void JsonWriter::end_object(std::string& out) {
  close('}', out);
}

void JsonWriter::begin_array(std::string& out) {
  begin_element(out);
  open('[', out);
}

void JsonWriter::end_array(std::string& out) {
  close(']', out);
}

void JsonWriter::name(std::string_view name, std::string& out) {
  begin_element(out);
  out.push_back('"');
  if (colours_) out += kGreen;
  out += name;
  if (colours_) out += kColourOff;
  out += indented_ ? "\" : " : "\":";
  after_name_ = true;
}

void JsonWriter::value(std::string_view bytes, std::string& out) {
  if (wire::is_plain_json_text(bytes)) {
    plain_text(bytes, out);
  } else if (wire::is_printable_utf8(bytes, wire::Newlines::kAllowed)) {
    text(bytes, out);
  } else {
    byte_numbers(bytes, out);
  }
}

void JsonWriter::text(std::string_view text, std::string& out) {
  begin_element(out);
  out.push_back('"');
  if (colours_) out += kGreen;
  wire::encode_json_text(text, out);
  if (colours_) out += kColourOff;
  out.push_back('"');
}

void JsonWriter::plain_text(std::string_view text, std::string& out) {
  begin_element(out);
  out.push_back('"');
  if (colours_) out += kGreen;
  out += text;
  if (colours_) out += kColourOff;
  out.push_back('"');
}

void JsonWriter::null(std::string& out) {
  begin_element(out);
  if (colours_) out += kBold;
  out += "null";
  if (colours_) out += kColourOff;
}

void JsonWriter::byte_numbers(std::string_view bytes, std::string& out) {
  begin_array(out);
  for (const char c : bytes) {
    begin_element(out);
    if (colours_) out += kBoldBlue;
    append_decimal(static_cast<unsigned char>(c), out);
    if (colours_) out += kColourOff;
  }
  end_array(out);
}

void JsonWriter::begin_element(std::string& out) {
  const bool is_value_of_name = after_name_;
  after_name_ = false;
  if (is_value_of_name) return;
  if (!first_) out.push_back(',');
  first_ = false;
  if (!indented_) return;
  out.push_back('\n');
  out.append(depth_, '\t');
}

void JsonWriter::open(char bracket, std::string& out) {
  out.push_back(bracket);
  ++depth_;
  first_ = true;
}

void JsonWriter::close(char bracket, std::string& out) {
  --depth_;
  first_ = false;
  if (indented_) {
    out.push_back('\n');
    out.append(depth_, '\t');
  }
  out.push_back(bracket);
}

}  // namespace logq::query
