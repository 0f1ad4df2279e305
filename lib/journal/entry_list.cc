#include "journal/entry_list.h"

#include <algorithm>

namespace logq::journal {
namespace {

// How far a bisection looks past unreadable slots before it takes them for the end of its range.
constexpr std::uint64_t kProbeSlots = 64;

// Arrays without slots (damage has changed their size) that are passed at a time. All others take
// their part of the count, which thus bounds the walk as the size of the file does.
constexpr std::size_t kEmptyArrays = 16;

}  // namespace

const Header* OpenFile::header() const {
  // A header of 208 bytes is followed by objects, so 272 bytes are there unless the file is tiny;
  // FileReader::open sees to that.
  const auto found = objects.at<Header>(0);
  return found ? *found : nullptr;
}

void OpenFile::report(const Error& error) const {
  if (live && error.code == Errc::kTruncated) return;
  if (on_damage) on_damage(error);
}

EntryList::EntryList(const OpenFile& file) : file_(&file) {
  read_counts();
}

EntryList::EntryList(const OpenFile& file, FileOffset data) : file_(&file), data_(data) {
  read_counts();
}

std::uint64_t EntryList::size() const {
  catch_up();
  return size_;
}

void EntryList::catch_up() const {
  if (file_ != nullptr && generation_ != file_->generation) read_counts();
}

// The chain only ever grows at its end, so what is known of it stays.
void EntryList::read_counts() const {
  generation_ = file_->generation;
  run_ = {};
  FileOffset first_array = 0;
  if (data_ == 0) {
    const Header* header = file_->header();
    if (header == nullptr) return;
    claimed_ = file_->n_entries;
    first_array = load(header->entry_array_offset);
  } else {
    const auto data = file_->objects.object<DataObject>(data_);
    if (!data) return file_->report(data.error());
    claimed_ = load(data->object->n_entries);
    inline_entry_ = claimed_ > 0 ? load(data->object->entry_offset) : 0;
    first_array = claimed_ > 1 ? load(data->object->entry_array_offset) : 0;
  }
  if (arrays_.empty()) next_array_ = first_array;
  extend_chain();
}

void EntryList::extend_chain() const {
  const std::uint64_t ahead = data_ == 0 ? 0 : 1;
  std::uint64_t reach =
      arrays_.empty() ? std::min(ahead, claimed_) : arrays_.back().first + arrays_.back().slots;
  if (!arrays_.empty() && next_array_ == 0 && reach < claimed_) {
    const auto last = file_->objects.object<EntryArrayObject>(arrays_.back().offset);
    if (last) next_array_ = load(last->object->next_entry_array_offset);
    // A chain that was found to run backwards is not followed now either.
    if (last && next_array_ < align8(arrays_.back().offset + last->size)) next_array_ = 0;
  }
  std::size_t empty = 0;
  while (reach < claimed_ && next_array_ != 0) {
    const auto array = file_->objects.object<EntryArrayObject>(next_array_);
    if (!array) {
      file_->report(array.error());
      break;
    }
    // Arrays are written one after the other and never overlap: this bounds the walk by the file.
    const FileOffset end = align8(next_array_ + array->size);
    const FileOffset next = load(array->object->next_entry_array_offset);
    const std::uint64_t slots = file_->objects.slots_of(array->size);
    if (slots == 0) {
      file_->report(Error::corrupt(next_array_, "entry array without slots"));
      if (++empty > kEmptyArrays) break;
    }
    arrays_.push_back({next_array_, reach, slots});
    reach += slots;
    next_array_ = next;
    if (next != 0 && next < end) {
      file_->report(Error::corrupt(arrays_.back().offset, "entry array chain runs backwards"));
      next_array_ = 0;
      break;
    }
  }
  if (reach < claimed_ && next_array_ == 0 && !file_->live) {
    file_->report(Error::corrupt(arrays_.empty() ? data_ : arrays_.back().offset,
                                 "list of entries is shorter than its count"));
  }
  size_ = std::min(reach, claimed_);
  none_from_ = UINT64_MAX;
  end_.reset();
}

bool EntryList::ends_as_counted() const {
  catch_up();
  if (file_ == nullptr || size_ != claimed_) return file_ == nullptr;
  if (!arrays_.empty()) {
    const Array& last = arrays_.back();
    const std::uint64_t used = size_ - last.first;
    return next_array_ == 0 && (used == last.slots || file_->objects.slot(last.offset, used) == 0);
  }
  if (data_ == 0) return size_ == 0;
  const auto data = file_->objects.object<DataObject>(data_);
  return data && load(data->object->entry_array_offset) == 0;
}

FileOffset EntryList::slot(std::uint64_t index) const {
  if (data_ != 0 && index == 0) return inline_entry_;
  const Array* array = array_of(index);
  return array == nullptr ? 0 : file_->objects.slot(array->offset, index - array->first);
}

// The last array that begins at or before `index`.
const EntryList::Array* EntryList::array_of(std::uint64_t index) const {
  if (last_array_ >= arrays_.size() || index < arrays_[last_array_].first ||
      index - arrays_[last_array_].first >= arrays_[last_array_].slots) {
    const auto behind = std::upper_bound(
        arrays_.begin(), arrays_.end(), index,
        [](std::uint64_t position, const Array& array) { return position < array.first; });
    if (behind == arrays_.begin()) return nullptr;
    last_array_ = static_cast<std::size_t>(behind - arrays_.begin()) - 1;
  }
  return &arrays_[last_array_];
}

bool EntryList::valid(FileOffset entry) const {
  const std::uint64_t size = file_->objects.size();
  return entry >= kHeaderSizeMin && entry % 8 == 0 && entry < size &&
         size - entry >= sizeof(EntryObject);
}

// Damage among the slots, told of once per array. While a file is written to, it may be none.
void EntryList::report_slot(std::uint64_t index, Literal what) const {
  if (file_->live) return;
  const Array* array = data_ != 0 && index == 0 ? nullptr : array_of(index);
  file_->report(Error::corrupt(array == nullptr ? data_ : array->offset, what));
}

bool EntryList::usable(std::uint64_t index, FileOffset entry) const {
  if (valid(entry)) return true;
  report_slot(index, "list of entries holds what is no offset of one");
  return false;
}

// Walks go on behind the entry they were given, so a stray offset would cost all that lie between.
// Where a slot breaks the ascending order, it or its neighbour is damaged: the object tells which,
// and is asked from then on. Sound lists are spared that look at a page of the file per slot.
bool EntryList::sound(std::uint64_t index, FileOffset entry, bool expected) const {
  const FileOffset before = index == 0 ? kHeaderSizeMin : slot(index - 1);
  const FileOffset after = index + 1 >= size_ ? entry + 8 : slot(index + 1);
  const bool in_order = valid(before) && before < entry && after > entry && valid(after);
  if (!in_order || !expected) report_slot(index, "list of entries is not in order");
  if (!expected) return false;
  return (in_order && !has_strays_) || names_entry(entry);
}

bool EntryList::names_entry(FileOffset entry) const {
  const auto object = file_->objects.entry(entry);
  if (object) return true;
  has_strays_ = true;
  file_->report(object.error());
  return false;
}

std::optional<FileOffset> EntryList::at(std::uint64_t index) const {
  catch_up();
  if (index >= size_) return std::nullopt;
  const FileOffset entry = slot(index);
  if (!valid(entry)) return std::nullopt;
  return entry;
}

// Position of the first entry at or after `offset`, or of an unreadable slot before it.
std::uint64_t EntryList::lower_bound(FileOffset offset) const {
  std::uint64_t low = 0;
  std::uint64_t high = size_;
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    const std::uint64_t limit = std::min(high, middle + kProbeSlots);
    std::uint64_t probe = middle;
    FileOffset entry = slot(probe);
    while (!valid(entry) && ++probe < limit)
      entry = slot(probe);
    if (probe < limit && entry < offset) {
      low = probe + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

// True when the entry at hint_ lies just before `offset`, as when stepping forward.
bool EntryList::follows_hint(FileOffset offset) const {
  if (hint_ >= size_) return false;
  const FileOffset entry = slot(hint_);
  return valid(entry) && entry < offset && offset - entry <= sizeof(EntryObject);
}

// Remembers where the last answer is, and which of its neighbours a step can reach at once.
FileOffset EntryList::answer(std::uint64_t index, FileOffset entry) const {
  hint_ = index;
  hint_entry_ = entry;
  run_ = {};
  const Array* array = data_ != 0 && index == 0 ? nullptr : array_of(index);
  if (array == nullptr) return entry;
  const std::uint64_t slots = std::min(array->slots, size_ - array->first);
  run_ = {array->offset, array->first, file_->objects.slots_inside(array->offset, slots)};
  return entry;
}

std::optional<FileOffset> EntryList::first_from(FileOffset offset) const {
  catch_up();
  if (offset >= none_from_) return std::nullopt;
  std::uint64_t index = follows_hint(offset) ? hint_ + 1 : lower_bound(offset);
  // In a damaged list the bisection may end too early; what was passed once is not walked again.
  if (index <= hint_ && hint_ < size_ && slot(hint_) < offset) index = hint_ + 1;
  for (; index < size_; ++index) {
    const FileOffset entry = slot(index);
    if (!usable(index, entry) || !sound(index, entry, entry >= offset)) continue;
    return answer(index, entry);
  }
  none_from_ = offset;
  return std::nullopt;
}

// One behind the position of the last slot that names an entry. Power loss leaves zeros behind it.
std::uint64_t EntryList::end_of_entries() const {
  if (end_) return *end_;
  std::uint64_t end = size_;
  while (end > 0 && !(usable(end - 1, slot(end - 1)) && names_entry(slot(end - 1))))
    --end;
  end_ = end;
  return end;
}

std::optional<FileOffset> EntryList::last_until(FileOffset offset) const {
  catch_up();
  const std::uint64_t end = end_of_entries();
  if (end == 0) return std::nullopt;
  std::uint64_t index = end;
  if (hint_ < end && slot(hint_) == offset + 1) {
    index = hint_;  // a step backwards
  } else if (slot(end - 1) > offset) {
    index = lower_bound(offset + 1);
    if (index > hint_ && slot(hint_) > offset) index = hint_;
  }
  while (index > 0) {
    --index;
    const FileOffset entry = slot(index);
    if (!usable(index, entry) || !sound(index, entry, entry <= offset)) continue;
    return answer(index, entry);
  }
  return std::nullopt;
}

}  // namespace logq::journal
