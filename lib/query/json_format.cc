#include "query/json_format.h"

#include <algorithm>
#include <tuple>

#include "query/text_append.h"
#include "wire/json.h"

namespace logq::query {
namespace {

// Longer payloads ("NAME=value") are left out as null, as journalctl does.
constexpr std::size_t kPayloadSizeMax = 4096;

void append_addresses(const EntryView& entry, std::string& out) {
  out += R"({"__CURSOR":")";
  append_cursor(entry, out);
  out += R"(","__REALTIME_TIMESTAMP":")";
  append_decimal(entry.info.realtime_usec, out);
  out += R"(","__MONOTONIC_TIMESTAMP":")";
  append_decimal(entry.info.monotonic_usec, out);
  out += R"(","__SEQNUM":")";
  append_decimal(entry.info.seqnum, out);
  out += R"(","__SEQNUM_ID":")";
  append_id128(entry.seqnum_id, out);
  out += R"(","_BOOT_ID":")";
  append_id128(entry.info.boot_id, out);
  out.push_back('"');
}

}  // namespace

void JsonFormat::append(const EntryView& entry, std::string& out) {
  collect_members(entry);
  append_addresses(entry, out);
  for (std::size_t first = 0; first < members_.size();) {
    const std::string_view name = members_[first].field.name;
    std::size_t end = first + 1;
    while (end < members_.size() && members_[end].field.name == name)
      ++end;

    out += ",\"";
    out += name;  // upper-case letters, digits and underscores: nothing to escape
    out += end - first > 1 ? "\":[" : "\":";
    for (std::size_t i = first; i < end; ++i) {
      if (i > first) out.push_back(',');
      append_value(members_[i], out);
    }
    if (end - first > 1) out.push_back(']');
    first = end;
  }
  out += "}\n";
}

void JsonFormat::collect_members(const EntryView& entry) {
  members_.clear();
  for (std::size_t i = 0; i < entry.payloads.size(); ++i) {
    const std::optional<Payload> field = split_payload(entry.payloads[i]);
    if (!field || field->name == "_BOOT_ID") continue;  // among the addresses already
    members_.push_back({*field, entry.payloads[i].size(), i});
  }
  std::sort(members_.begin(), members_.end(), [](const Member& a, const Member& b) {
    return std::tie(a.field.name, a.position) < std::tie(b.field.name, b.position);
  });
}

void JsonFormat::append_value(const Member& member, std::string& out) const {
  if (!show_all_ && member.payload_size >= kPayloadSizeMax) {
    out += "null";
    return;
  }
  wire::encode_json_value(member.field.value, out);
}

}  // namespace logq::query
