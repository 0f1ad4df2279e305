#include "journal/object_reader.h"

#include "base/try.h"

namespace logq::journal {

Result<EntryInfo> ObjectReader::entry(FileOffset offset) const {
  const auto found = LOGQ_TRY(object<EntryObject>(offset));
  EntryInfo info;
  info.offset = offset;
  info.seqnum = load(found.object->seqnum);
  info.realtime_usec = load(found.object->realtime);
  info.monotonic_usec = load(found.object->monotonic);
  info.boot_id = load_id(found.object->boot_id);
  info.xor_hash = load(found.object->xor_hash);
  if (info.seqnum == 0) return fail(Error::corrupt(offset, "entry has no sequence number"));
  if (info.realtime_usec == 0 || info.realtime_usec >= kTimestampLimit ||
      info.monotonic_usec >= kTimestampLimit) {
    return fail(Error::corrupt(offset, "entry has an impossible time"));
  }
  if (items_of(found) == 0) return fail(Error::corrupt(offset, "entry has no fields"));
  return info;
}

}  // namespace logq::journal
