#include "journal/payload_reader.h"

#include "base/try.h"

namespace logq::journal {
namespace {

// A buffer for decompressed payloads that has grown beyond this is given back with its entry: a
// slot for each field of the widest entry would keep the largest payload that ever was at its
// place.
constexpr std::size_t kKeptBufferBytes = std::size_t{1} << 20;

}  // namespace

std::uint64_t PayloadReader::begin(const OpenFile& file, FileOffset entry) {
  if (entry != entry_offset_) give_back_large_buffers();
  if (file.serial != serial_) switch_to(file);
  entry_offset_ = entry;
  bytes_ = 0;
  objects_ = file.objects;  // which a refresh may have changed
  const auto found = objects_.object<EntryObject>(entry);
  if (!found) {
    report_(found.error());
    return 0;
  }
  entry_ = *found;
  const std::uint64_t items = objects_.items_of(entry_);
  if (items <= kMaxItems) return items;
  report_(Error::corrupt(entry, "entry has too many fields"));
  return 0;
}

Result<std::string_view> PayloadReader::read(const OpenFile& file,
                                             FileOffset data,
                                             std::size_t slot) {
  if (file.serial != serial_) switch_to(file);
  const DataView view = LOGQ_TRY(file.objects.data(data));
  return unpack(data, view, slot);
}

void PayloadReader::switch_to(const OpenFile& file) {
  serial_ = file.serial;
  for (auto& slot : slots_)
    slot->data = 0;
}

void PayloadReader::give_back_large_buffers() {
  if (!has_large_buffers_) return;
  for (auto& slot : slots_) {
    if (slot->payload.capacity() > kKeptBufferBytes) slot = std::make_unique<Slot>();
  }
  has_large_buffers_ = false;
}

Result<std::string_view> PayloadReader::unpack(FileOffset data,
                                               const DataView& view,
                                               std::size_t slot) {
  if (view.compression == 0) return view.stored;
  while (slots_.size() <= slot)
    slots_.push_back(std::make_unique<Slot>());
  Slot& buffer = *slots_[slot];
  if (buffer.data == data) return std::string_view(buffer.payload);
  buffer.data = 0;
  const auto done = decompressor_.decompress(view.compression, view.stored, buffer.payload);
  if (buffer.payload.capacity() > kKeptBufferBytes) has_large_buffers_ = true;
  if (!done) {
    Error error = done.error();
    error.offset = data;
    return fail(error);
  }
  buffer.data = data;
  return std::string_view(buffer.payload);
}

bool PayloadReader::unpack_or_report(FileOffset data, std::size_t slot, std::string_view& payload) {
  if (bytes_ > kMaxEntryBytes) return false;  // has been reported, and is not worth unpacking
  const auto view = objects_.data(data);
  const auto done = view ? unpack(data, *view, slot) : Result<std::string_view>(fail(view.error()));
  if (!done) report_(done.error());
  if (done) payload = *done;
  return done.has_value();
}

bool PayloadReader::refuse_size() {
  report_(Error::corrupt(entry_offset_, "entry is larger than any can be"));
  return false;
}

}  // namespace logq::journal
