#include "query/export_format.h"

#include "query/payload.h"
#include "query/text_append.h"
#include "wire/export_format.h"
#include "wire/utf8.h"

namespace logq::query {

void ExportFormat::append(const EntryView& entry, std::string& out) {
  const std::size_t begin = out.size();
  out += "__CURSOR=";
  append_cursor(entry, out);
  out += "\n__REALTIME_TIMESTAMP=";
  append_decimal(entry.info.realtime_usec, out);
  out += "\n__MONOTONIC_TIMESTAMP=";
  append_decimal(entry.info.monotonic_usec, out);
  out += "\n__SEQNUM=";
  append_decimal(entry.info.seqnum, out);
  out += "\n__SEQNUM_ID=";
  append_id128(entry.seqnum_id, out);
  out += "\n_BOOT_ID=";
  append_id128(entry.info.boot_id, out);
  out.push_back('\n');
  for (const std::string_view payload : entry.payloads) {
    const std::optional<Payload> field = split_payload(payload);
    if (!field || is_address_name(field->name)) continue;
    if (!choice_.includes(field->name)) continue;
    wire::encode_export_field(payload, out);
  }
  out.push_back('\n');
  // The sizes of binary fields too: one of 27 bytes begins with an escape.
  if (hides_controls_) wire::hide_controls(out, begin, '?');
}

}  // namespace logq::query
