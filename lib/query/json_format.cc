#include "query/json_format.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <tuple>

#include "query/payload.h"
#include "query/text_append.h"

namespace logq::query {
namespace {

// Longer payloads ("NAME=value") are left out as null, as journalctl does.
constexpr std::size_t kPayloadSizeMax = 4096;

// Orders as the names do, up to the eighth byte. `name` is the beginning of `payload`.
std::uint64_t sort_key(std::string_view name, std::string_view payload) {
  std::uint64_t key = 0;
  if (payload.size() >= sizeof key) {
    std::memcpy(&key, payload.data(), sizeof key);  // of a fixed size, so no call
  } else {
    std::memcpy(&key, payload.data(), payload.size());
  }
  if constexpr (std::endian::native == std::endian::little) key = __builtin_bswap64(key);
  if (name.size() >= sizeof key) return key;
  return key & ~(~std::uint64_t{0} >> (8 * name.size()));  // without '=' and what follows
}

JsonWriter::Layout layout_of(OutputMode mode) {
  return mode == OutputMode::kJsonPretty ? JsonWriter::Layout::kIndented
                                         : JsonWriter::Layout::kOneLine;
}

}  // namespace

JsonFormat::JsonFormat(OutputMode mode, const FormatOptions& options)
    : show_all_(options.show_all),
      before_(mode == OutputMode::kJsonSse   ? "data: "
              : mode == OutputMode::kJsonSeq ? "\x1e"
                                             : ""),
      after_(mode == OutputMode::kJsonSse ? "\n\n" : "\n"),
      choice_(options.output_fields),
      writer_(layout_of(mode), options.colours) {}

void JsonFormat::append(const EntryView& entry, std::string& out) {
  collect_members(entry);
  out += before_;
  writer_.begin_object(out);
  append_addresses(entry, out);
  append_fields(out);
  writer_.end_object(out);
  out += after_;
}

void JsonFormat::collect_members(const EntryView& entry) {
  members_.clear();
  for (const std::string_view payload : entry.payloads) {
    const std::optional<Payload> field = split_payload(payload);
    if (!field || is_address_name(field->name)) continue;
    if (!choice_.includes(field->name)) continue;
    members_.push_back({sort_key(field->name, payload), field->name, payload, members_.size()});
  }
  std::sort(members_.begin(), members_.end(), comes_before);
}

bool JsonFormat::comes_before(const Member& a, const Member& b) {
  if (a.sort_key != b.sort_key) return a.sort_key < b.sort_key;
  return std::tie(a.name, a.position) < std::tie(b.name, b.position);
}

void JsonFormat::append_addresses(const EntryView& entry, std::string& out) {
  const auto append_number = [&](std::string_view name, std::uint64_t value) {
    text_.clear();
    append_decimal(value, text_);
    writer_.name(name, out);
    writer_.plain_text(text_, out);
  };
  const auto append_id = [&](std::string_view name, const Id128& id) {
    text_.clear();
    append_id128(id, text_);
    writer_.name(name, out);
    writer_.plain_text(text_, out);
  };
  text_.clear();
  append_cursor(entry, text_);
  writer_.name("__CURSOR", out);
  writer_.plain_text(text_, out);
  append_number("__REALTIME_TIMESTAMP", entry.info.realtime_usec);
  append_number("__MONOTONIC_TIMESTAMP", entry.info.monotonic_usec);
  append_number("__SEQNUM", entry.info.seqnum);
  append_id("__SEQNUM_ID", entry.seqnum_id);
  append_id("_BOOT_ID", entry.info.boot_id);
}

void JsonFormat::append_fields(std::string& out) {
  for (std::size_t first = 0; first < members_.size();) {
    const std::string_view name = members_[first].name;
    std::size_t end = first + 1;
    while (end < members_.size() && members_[end].name == name)
      ++end;

    writer_.name(name, out);
    if (end - first > 1) writer_.begin_array(out);
    for (std::size_t i = first; i < end; ++i)
      append_value(members_[i], out);
    if (end - first > 1) writer_.end_array(out);
    first = end;
  }
}

void JsonFormat::append_value(const Member& member, std::string& out) {
  if (!show_all_ && member.payload.size() >= kPayloadSizeMax) {
    writer_.null(out);
    return;
  }
  writer_.value(member.payload.substr(member.name.size() + 1), out);
}

}  // namespace logq::query
