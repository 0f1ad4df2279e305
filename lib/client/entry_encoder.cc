#include "client/entry_encoder.h"

#include <algorithm>

#include "client/entry_fields.h"
#include "client/quick_entry.h"
#include "wire/json.h"
#include "wire/native_protocol.h"

namespace logq::client {
namespace {

void append_native_field(std::string_view name, const Value& value, std::string& out) {
  if (value.kind() == Value::Kind::kText) {
    wire::encode_native_field(name, value.text(), out);
    return;
  }
  const std::size_t start = out.size();
  out += name;
  out += '=';
  const std::size_t value_start = out.size();
  value.append_to(out);
  // Only the message of a foreign error category can hold a newline.
  if (value.kind() == Value::Kind::kError && out.find('\n', value_start) != std::string::npos) {
    const std::string text = out.substr(value_start);
    out.resize(start);
    wire::encode_native_field(name, text, out);
    return;
  }
  out += '\n';
}

bool is_too_large(const Entry& entry) {
  bool is_too_large = false;
  std::size_t count = 0;
  std::size_t text_bytes = 0;
  for_each_field(entry, [&](std::string_view name, const Value& value) {
    ++count;
    if (value.kind() != Value::Kind::kText) return;
    const std::size_t bytes = name.size() + 1 + value.text().size();
    text_bytes += bytes;
    is_too_large |= bytes > wire::kDataSizeMax;
  });
  return is_too_large || count > wire::kEntryFieldCountMax || text_bytes > wire::kEntrySizeMax;
}

bool is_plain(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte > 0x20 && byte != 0x7f && c != '"' && c != '=' && c != '\\';
}

void append_escaped(char c, std::string& out) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  const auto byte = static_cast<unsigned char>(c);
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      break;
  }
  if (byte >= 0x20 && byte != 0x7f) {
    out += c;
    return;
  }
  out += "\\x";
  out += kDigits[byte >> 4];
  out += kDigits[byte & 15];
}

// Quotes what was appended to `out` from `start` on, if it needs that.
void quote_from(std::size_t start, std::string& out) {
  const auto begin = out.begin() + static_cast<std::ptrdiff_t>(start);
  if (start < out.size() && std::all_of(begin, out.end(), is_plain)) return;
  const std::string value = out.substr(start);
  out.resize(start);
  out += '"';
  for (const char c : value)
    append_escaped(c, out);
  out += '"';
}

void append_member(EncodeMemory& memory, std::size_t index, const EncodedMember& member) {
  const auto value = [&](const EncodedMember& of) {
    return std::string_view(memory.values).substr(of.value_offset, of.value_size);
  };
  std::string& out = memory.bytes;
  wire::encode_json_string(member.name, out);
  out += ':';
  const auto is_same = [&](const EncodedMember& other) { return other.name == member.name; };
  const auto next = memory.members.begin() + static_cast<std::ptrdiff_t>(index) + 1;
  if (std::none_of(next, memory.members.end(), is_same)) {
    wire::encode_json_value(value(member), out);
    return;
  }
  out += '[';
  wire::encode_json_value(value(member), out);
  for (auto other = next; other != memory.members.end(); ++other) {
    if (!is_same(*other)) continue;
    out += ',';
    wire::encode_json_value(value(*other), out);
  }
  out += ']';
}

}  // namespace

Result<void> append_unusual_entry(const Entry& entry, std::string& out) {
  if (is_too_large(entry)) {
    return fail(Error::make(Errc::kTooLarge, "entry exceeds the protocol's limits"));
  }
  for_each_field(entry, [&](std::string_view name, const Value& value) {
    append_native_field(name, value, out);
  });
  return {};
}

Result<void> append_native_entry(const Entry& entry, std::string& out) {
  QuickEntry quick;
  const std::string_view bytes = quick.encode(entry);
  if (bytes.empty()) [[unlikely]]
    return append_unusual_entry(entry, out);
  out += bytes;
  return {};
}

void encode_level_lines(const Entry& entry, EncodeMemory& memory) {
  std::string& text = memory.values;
  for (const char c : entry.message) {
    if (c == '\0') {
      text += "\\0";
    } else {
      text += c;
    }
  }
  for_each_given_field(entry, [&](std::string_view name, const Value& value) {
    if (!text.empty()) text += ' ';
    text += name;
    text += '=';
    const std::size_t start = text.size();
    value.append_to(text);
    quote_from(start, text);
  });

  const char digit = static_cast<char>('0' + static_cast<unsigned>(entry.priority));
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    memory.bytes += '<';
    memory.bytes += digit;
    memory.bytes += '>';
    memory.bytes.append(text, begin, end - begin);
    memory.bytes += '\n';
    begin = end + 1;
  }
}

void encode_json_line(const Entry& entry, EncodeMemory& memory) {
  std::size_t count = 0;
  for_each_field(entry, [&](std::string_view name, const Value& value) {
    if (count == memory.members.size()) memory.members.emplace_back();
    EncodedMember& member = memory.members[count++];
    member.name.assign(name);
    member.value_offset = memory.values.size();
    value.append_to(memory.values);
    member.value_size = memory.values.size() - member.value_offset;
  });
  memory.members.resize(count);

  char separator = '{';
  for (std::size_t i = 0; i < count; ++i) {
    const EncodedMember& member = memory.members[i];
    const auto end = memory.members.begin() + static_cast<std::ptrdiff_t>(i);
    const auto is_same = [&](const EncodedMember& other) { return other.name == member.name; };
    if (std::any_of(memory.members.begin(), end, is_same)) continue;
    memory.bytes += separator;
    append_member(memory, i, member);
    separator = ',';
  }
  memory.bytes += "}\n";
}

}  // namespace logq::client
