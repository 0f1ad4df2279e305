#include "journal/unclean_file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "base/io.h"
#include "base/jenkins.h"
#include "base/try.h"
#include "journal/entry_limits.h"
#include "journal/file_header.h"
#include "journal/own_profile.h"
#include "journal/xor_hash.h"

namespace logq::journal {
namespace {

// What may be looked at of payloads, per byte on disk.
constexpr std::uint64_t kWorkPerByte = 512;
// Hashing less again costs no more than remembering it.
constexpr std::size_t kCheapBytes = 256;
// A buffer that one huge payload has blown up is not used for a small one above this size.
constexpr std::size_t kKeepBufferBytes = std::size_t{1} << 20;

std::uint64_t least_size(const Layout& layout, ObjectType type) {
  switch (type) {
    case ObjectType::kData:
      return layout.payload_offset + std::uint64_t{1};
    case ObjectType::kField:
      return sizeof(FieldObject) + 1;
    case ObjectType::kEntry:
      return sizeof(EntryObject) + layout.item_bytes;
    case ObjectType::kDataHashTable:
    case ObjectType::kFieldHashTable:
      return sizeof(ObjectHeader) + sizeof(HashItem);
    case ObjectType::kEntryArray:
      return sizeof(EntryArrayObject) + layout.slot_bytes;
    default:
      return UINT64_MAX;
  }
}

}  // namespace

Result<UncleanFile> UncleanFile::open(const std::string& path, std::uint64_t work_bytes) {
  const auto fd = LOGQ_TRY(base::open_file(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY));
  struct stat status {};
  if (::fstat(fd.get(), &status) < 0) return fail(Error::system(errno, "stat journal file"));
  if (!S_ISREG(status.st_mode)) {
    return fail(Error::make(Errc::kUnsupported, "journal file is no regular file"));
  }
  const auto size = static_cast<std::uint64_t>(status.st_size);
  if (size < sizeof(Header)) return fail(Error::truncated(size, "file ends in its header"));
  if (size > kFileSizeMax) return fail(Error::make(Errc::kUnsupported, "journal file too large"));
  auto region =
      LOGQ_TRY(base::MappedRegion::map_file(fd.get(), size, base::MappedRegion::Access::kReadOnly));
  const std::uint64_t on_disk =
      std::min(size, static_cast<std::uint64_t>(status.st_blocks) * base::kStatBlock);
  UncleanFile file(std::move(region), work_bytes + kWorkPerByte * on_disk);
  const Header& header = file.header();
  if (std::memcmp(header.signature, kSignature, sizeof kSignature) != 0) {
    return fail(Error::corrupt(0, "not a journal file"));
  }
  if (!is_own_profile(header)) {
    return fail(Error::make(Errc::kUnsupported, "journal file of another writer"));
  }
  // An archive of another name would come of it each time.
  if (file.seqnum_id().is_null()) {
    return fail(Error::corrupt(offsetof(Header, seqnum_id), "header without any id"));
  }
  return file;
}

UncleanFile::UncleanFile(base::MappedRegion region, std::uint64_t work_bytes)
    : region_(std::move(region)),
      layout_(Layout::of(header())),
      objects_(region_.data(), region_.size(), layout_.compact),
      hash_(header()),
      work_bytes_(work_bytes) {}

bool UncleanFile::names_sequence() const {
  return !read_id(header().seqnum_id).is_null();
}
Id128 UncleanFile::seqnum_id() const {
  return read_id(names_sequence() ? header().seqnum_id : header().file_id);
}
Id128 UncleanFile::machine_id() const {
  return read_id(header().machine_id);
}
Id128 UncleanFile::claimed_boot_id() const {
  return read_id(header().tail_entry_boot_id);
}

// Whether the bytes at `offset` can be an object as far as its header tells.
bool UncleanFile::has_object(std::uint64_t offset) const {
  if (offset % 8 != 0 || offset < sizeof(Header) || offset > size() ||
      size() - offset < sizeof(ObjectHeader)) {
    return false;
  }
  const auto* object = at<ObjectHeader>(offset);
  return object->size >= least_size(layout_, object->type) && object->size <= size() - offset;
}

bool UncleanFile::is_readable() const {
  return !base::misses_page(region_.bytes(), missing_before_);
}

// Whether nothing was ever stored at `offset`, or its page has not reached the disk.
bool UncleanFile::is_blank(std::uint64_t offset) const {
  constexpr ObjectHeader kBlank{};
  return size() - offset < sizeof kBlank ||
         std::memcmp(at<ObjectHeader>(offset), &kBlank, sizeof kBlank) == 0;
}

bool UncleanFile::is_sound_field(std::uint64_t offset) {
  if (!has_object(offset) || at<ObjectHeader>(offset)->type != ObjectType::kField) return false;
  const auto* field = at<FieldObject>(offset);
  const std::string_view name(at<char>(offset + sizeof(FieldObject)),
                              field->object.size - sizeof(FieldObject));
  bytes_checked_ += name.size();
  return hash_(name) == field->hash;
}

std::string_view UncleanFile::stored_payload(std::uint64_t data) const {
  return {at<char>(data + layout_.payload_offset),
          at<ObjectHeader>(data)->size - layout_.payload_offset};
}

std::uint8_t UncleanFile::compression_of(std::uint64_t data) const {
  return static_cast<std::uint8_t>(at<ObjectHeader>(data)->flags & kObjectCompressedAny);
}

bool UncleanFile::is_costly(std::uint64_t data) const {
  return compression_of(data) != 0 || stored_payload(data).size() > kCheapBytes;
}

bool UncleanFile::is_sound_data(std::uint64_t offset) {
  if (!has_object(offset) || at<ObjectHeader>(offset)->type != ObjectType::kData) return false;
  // Each is hashed once, however many entries have it.
  if (sound_data_.has(offset)) return true;
  if (bad_data_.has(offset) || is_too_much()) return false;
  const bool sound = check_data(offset);
  (sound ? sound_data_ : bad_data_).add(offset);
  return sound;
}

bool UncleanFile::check_data(std::uint64_t offset) {
  std::string buffer;
  std::string_view bytes = stored_payload(offset);
  bytes_checked_ += bytes.size();
  if (compression_of(offset) != 0) {
    const auto done = decompressor_.decompress(compression_of(offset), bytes, buffer);
    bytes_checked_ += buffer.size();
    if (!done) return false;
    bytes = buffer;
  }
  const std::uint64_t own = at<DataObject>(offset)->hash;
  if (hash_(bytes) != own) return false;
  const auto equals = bytes.find('=');
  if (equals == 0 || equals == std::string_view::npos) return false;
  if (is_costly(offset)) costly_hashes_.emplace(offset, hash_.xor_part(bytes, own));
  return true;
}

// Jenkins' hash of a sound value.
std::uint64_t UncleanFile::hash_of(std::uint64_t data) {
  if (is_costly(data)) {
    const auto known = costly_hashes_.find(data);
    if (known != costly_hashes_.end()) return known->second;
  }
  const std::string_view bytes = stored_payload(data);
  bytes_checked_ += bytes.size();
  return base::jenkins_hash64(bytes);
}

// As has_object(), and values must fit their hashes: a wrong size would lead the walk astray.
bool UncleanFile::is_sound_object(std::uint64_t offset) {
  if (!has_object(offset)) return false;
  switch (at<ObjectHeader>(offset)->type) {
    case ObjectType::kData:
      return is_sound_data(offset);
    case ObjectType::kField:
      return is_sound_field(offset);
    default:
      return true;
  }
}

bool UncleanFile::is_sound_entry(std::uint64_t offset) {
  if (!has_object(offset) || at<ObjectHeader>(offset)->type != ObjectType::kEntry) return false;
  const auto* entry = at<EntryObject>(offset);
  if (entry->seqnum == 0 || entry->realtime == 0 || entry->realtime >= kTimestampLimit ||
      entry->monotonic >= kTimestampLimit || read_id(entry->boot_id).is_null() ||
      (entry->object.size - sizeof(EntryObject)) % layout_.item_bytes != 0) {
    return false;
  }
  // Text that merely looks like an entry would have to know the hashes of what it refers to, and an
  // item that damage has turned to another value shows.
  return read_hashes(offset) && fits_xor_hash(entry->xor_hash, hashes_);
}

// Fills hashes_; false when there are too many items, or any leads to something else than a sound
// value.
bool UncleanFile::read_hashes(std::uint64_t entry) {
  hashes_.clear();
  const ObjectView<EntryObject> view{at<EntryObject>(entry), at<ObjectHeader>(entry)->size};
  const std::uint64_t items = objects_.items_of(view);
  if (items > kMaxItems) return false;
  bytes_checked_ += items * layout_.item_bytes;
  for (std::uint64_t i = 0; i < items; ++i) {
    const std::uint64_t data = objects_.item(view, i);
    if (!is_sound_data(data)) return false;
    hashes_.push_back(hash_of(data));
  }
  return true;
}

// Fills payloads_; false when they are too large together. REQUIRES: a sound entry.
bool UncleanFile::read_payloads(std::uint64_t entry) {
  payloads_.clear();
  const ObjectView<EntryObject> view{at<EntryObject>(entry), at<ObjectHeader>(entry)->size};
  std::size_t n_unpacked = 0;
  std::size_t total = 0;
  for (std::uint64_t i = 0; i < objects_.items_of(view); ++i) {
    const std::uint64_t data = objects_.item(view, i);
    const bool packed = compression_of(data) != 0;
    const auto bytes = packed ? unpack(data, n_unpacked++) : stored_payload(data);
    if (!bytes) return false;
    payloads_.push_back(*bytes);
    bytes_checked_ += bytes->size();
    total += bytes->size();
    if (total > kMaxEntryBytes) return false;
  }
  unpacked_.resize(n_unpacked);
  return true;
}

// The payload of a compressed value, the n-th of its entry.
Result<std::string_view> UncleanFile::unpack(std::uint64_t data, std::size_t n_unpacked) {
  if (n_unpacked == unpacked_.size()) unpacked_.emplace_back();
  Unpacked& place = unpacked_[n_unpacked];
  if (place.data != data) {
    if (place.bytes.capacity() > kKeepBufferBytes) std::string().swap(place.bytes);
    place.data = 0;
    LOGQ_TRY(decompressor_.decompress(compression_of(data), stored_payload(data), place.bytes));
    place.data = data;
  }
  return std::string_view(place.bytes);
}

void UncleanFile::collect() {
  sound_data_ = {};
  bad_data_ = {};
  costly_hashes_.clear();
  bytes_checked_ = 0;
  values_ = 0;
  fields_ = 0;
  candidates_.clear();
  walk_objects();
  walk_global_array();
  std::sort(candidates_.begin(), candidates_.end());
  candidates_.erase(std::unique(candidates_.begin(), candidates_.end()), candidates_.end());
}

void UncleanFile::walk_objects() {
  bool in_step = true;
  std::uint64_t offset = sizeof(Header);
  while (offset < size()) {
    in_step = in_step ? is_sound_object(offset) : resume_at(offset);
    if (!in_step) {
      offset += 8;
      continue;
    }
    const auto* object = at<ObjectHeader>(offset);
    if (object->type == ObjectType::kEntry) {
      candidates_.push_back(static_cast<std::uint32_t>(offset));
    }
    if (object->type == ObjectType::kData) ++values_;
    if (object->type == ObjectType::kField) ++fields_;
    offset = align8(offset + object->size);
  }
}

// After damage only objects that prove themselves end the search. Text full of what looks like
// large objects must not make it endless.
bool UncleanFile::resume_at(std::uint64_t offset) {
  constexpr std::uint64_t kChecksPerByte = 16;
  if (bytes_checked_ / kChecksPerByte > size()) return false;
  return has_object(offset) &&
         (is_sound_data(offset) || is_sound_field(offset) || is_sound_entry(offset));
}

void UncleanFile::walk_global_array() {
  std::uint64_t array = header().entry_array_offset;
  while (has_object(array) && at<ObjectHeader>(array)->type == ObjectType::kEntryArray) {
    const auto* object = at<EntryArrayObject>(array);
    const std::uint64_t end = array + object->object.size;
    const std::uint64_t slots = objects_.slots_of(object->object.size);
    for (std::uint64_t i = 0; i < slots; ++i) {
      const std::uint64_t entry = objects_.slot(array, i);
      if (entry != 0 && entry < size()) {
        candidates_.push_back(static_cast<std::uint32_t>(entry));
      }
    }
    const std::uint64_t next = object->next_entry_array_offset;
    if (next < end) break;  // the end, a loop, or arrays that share their slots
    array = next;
  }
}

bool UncleanFile::is_ordered(std::size_t first, std::size_t second) const {
  const std::uint64_t a = candidates_[first];
  const std::uint64_t b = candidates_[second];
  if (!has_object(a) || at<ObjectHeader>(a)->type != ObjectType::kEntry) return false;
  if (!has_object(b) || at<ObjectHeader>(b)->type != ObjectType::kEntry) return false;
  return at<EntryObject>(a)->seqnum < at<EntryObject>(b)->seqnum &&
         at<EntryObject>(a)->realtime <= at<EntryObject>(b)->realtime;
}

// Numbers and times of an entry are under no hash. One that is later than its successor, although
// that one fits the others, would make all that follow look out of order.
bool UncleanFile::is_outlier(std::size_t index) const {
  if (index + 1 >= candidates_.size() || is_ordered(index, index + 1)) return false;
  if (index > 0 && !is_ordered(index - 1, index + 1)) return false;
  const auto seqnum = [this](std::size_t i) -> std::uint64_t {
    return at<EntryObject>(candidates_[i])->seqnum;
  };
  // One of the two is wrong. Of two with the same number it is the one that leaves a gap; otherwise
  // the next but one tells, and at the end it is the one whose number is too high.
  if (index > 0 && seqnum(index) == seqnum(index + 1)) {
    return seqnum(index) != seqnum(index - 1) + 1;
  }
  if (index + 2 < candidates_.size()) return !is_ordered(index, index + 2);
  return index > 0 && seqnum(index) > seqnum(index + 1);
}

Result<void> UncleanFile::for_each_entry(const std::function<Result<void>(const Entry&)>& visit) {
  collect();
  damaged_entries_ = 0;
  std::uint64_t last_seqnum = 0;
  for (std::size_t i = 0; i < candidates_.size(); ++i) {
    const std::uint64_t offset = candidates_[i];
    if (is_blank(offset)) continue;
    const bool whole = is_sound_entry(offset) && !is_outlier(i) &&
                       at<EntryObject>(offset)->seqnum > last_seqnum && read_payloads(offset);
    if (is_too_much()) break;
    if (!whole) {
      ++damaged_entries_;
      continue;
    }
    const auto* object = at<EntryObject>(offset);
    last_seqnum = object->seqnum;
    LOGQ_TRY(visit({{object->realtime, object->monotonic, read_id(object->boot_id)},
                    object->seqnum,
                    object->xor_hash,
                    payloads_}));
  }
  if (!is_too_much()) return {};
  return fail(Error::make(Errc::kTooLarge, "entries unpack to more than any journal holds"));
}

}  // namespace logq::journal
