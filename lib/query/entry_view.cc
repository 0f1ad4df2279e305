#include "query/entry_view.h"

#include "query/text_append.h"

namespace logq::query {

void append_cursor(const EntryView& entry, std::string& out) {
  out += "s=";
  append_id128(entry.seqnum_id, out);
  out += ";i=";
  append_hex(entry.info.seqnum, out);
  out += ";b=";
  append_id128(entry.info.boot_id, out);
  out += ";m=";
  append_hex(entry.info.monotonic_usec, out);
  out += ";t=";
  append_hex(entry.info.realtime_usec, out);
  out += ";x=";
  append_hex(entry.info.xor_hash, out);
}

}  // namespace logq::query
