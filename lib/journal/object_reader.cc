#include "journal/object_reader.h"

#include "base/try.h"

namespace logq::journal {

Error ObjectReader::error_at(FileOffset offset) {
  if (offset % 8 != 0) return Error::corrupt(offset, "offset is not 8-aligned");
  return Error::truncated(offset, "object lies beyond the end of the file");
}

Error ObjectReader::object_error(FileOffset offset, ObjectType type, std::uint64_t smallest) const {
  const ObjectHeader* header = look_at<ObjectHeader>(offset);
  if (header == nullptr || size_ - offset < smallest) return error_at(offset);
  if (header->type != type) return Error::corrupt(offset, "object is not of the expected type");
  // What a writer changes between two looks at it is as good as too small.
  return load(header->size) <= size_ - offset
             ? Error::corrupt(offset, "object is too small for its type")
             : Error::truncated(offset, "object is cut off");
}

Result<EntryInfo> ObjectReader::entry(FileOffset offset) const {
  EntryInfo info;
  if (look_at_entry(offset, info)) return info;
  const auto found = LOGQ_TRY(object<EntryObject>(offset));
  if (load(found.object->seqnum) == 0) {
    return fail(Error::corrupt(offset, "entry has no sequence number"));
  }
  if (items_of(found) == 0) return fail(Error::corrupt(offset, "entry has no fields"));
  return fail(Error::corrupt(offset, "entry has an impossible time"));
}

}  // namespace logq::journal
