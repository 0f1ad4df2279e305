#include "client/logfmt_line.h"

#include <array>

#include "client/civil_clock.h"
#include "client/entry_fields.h"
#include "client/escaped_text.h"

namespace logq::client {
namespace {

constexpr std::array<std::string_view, 8> kLevels = {"emergency", "alert",  "critical", "error",
                                                     "warning",   "notice", "info",     "debug"};

// Field names are capitals, digits and underscores.
void append_key(std::string_view name, std::string& out) {
  if (name == "TIME" || name == "LEVEL" || name == "MSG") out += "x_";
  for (const char c : name)
    out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

void encode_logfmt_line(const Entry& entry, std::uint64_t now_usec, EncodeMemory& memory) {
  std::string& out = memory.bytes;
  out += "time=";
  append_civil_time(entry.realtime_usec != 0 ? entry.realtime_usec : now_usec, 0, {}, out);
  out += "Z level=";
  out += kLevels[static_cast<std::size_t>(entry.priority) % kLevels.size()];
  out += " msg=";
  append_quoted(entry.message, Escapes::kJson, out);
  for_each_field(entry, [&](std::string_view name, const Value& value) {
    if (name == "MESSAGE" || name == "PRIORITY" || name == "SOURCE_REALTIME_TIMESTAMP") return;
    out += ' ';
    append_key(name, out);
    out += '=';
    memory.values.clear();
    value.append_to(memory.values);
    append_quoted(memory.values, Escapes::kJson, out);
  });
  out += '\n';
}

}  // namespace logq::client
