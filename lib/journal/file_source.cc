#include "journal/file_source.h"

#include <algorithm>
#include <utility>

namespace logq::journal {
namespace {

// How far a bisection looks for a readable entry before it gives up on that half.
constexpr std::uint64_t kProbeEntries = 64;

}  // namespace

std::optional<EntryInfo> last_entry_of(FileReader& file) {
  const EntryList all = file.all_entries();
  auto offset = all.last_until(UINT64_MAX);
  while (offset) {
    const auto entry = file.read_entry(*offset);
    if (entry) return *entry;
    offset = all.last_until(*offset - 1);
  }
  return std::nullopt;
}

Id128 machine_of(FileReader& file, FileOffset entry) {
  constexpr std::string_view kPrefix = "_MACHINE_ID=";
  std::vector<FileOffset> items;
  if (file.read_items(entry, items)) {
    for (const FileOffset item : items) {
      const auto payload = file.read_data(item);
      if (!payload || !payload->starts_with(kPrefix)) continue;
      if (const auto id = Id128::parse(payload->substr(kPrefix.size()))) return *id;
    }
  }
  return file.info().machine_id;
}

FileSource::FileSource(std::unique_ptr<FileReader> reader,
                       const Match& match,
                       const Narrowing& narrowing)
    : reader_(std::move(reader)),
      match_(match),
      narrowing_(narrowing) {
  candidate_.seqnum_id = seqnum_id();
}

void FileSource::select() {
  selection_.reset();
  ruled_out_.reset();
  loaded_ = false;
}

const EntryList& FileSource::all() {
  if (!all_) all_.emplace(reader_->all_entries());
  return *all_;
}

Selection& FileSource::selection() {
  if (selection_) return *selection_;
  selection_ = std::make_unique<Selection>(*reader_, match_);
  if (narrowing_) {
    if (auto candidates = narrowing_(*reader_)) selection_->narrow(std::move(*candidates));
  }
  return *selection_;
}

// Whether no entry can satisfy the match, which of a file that does not change any more is found
// out once, without touching its pages; to others anything may be appended.
bool FileSource::is_ruled_out() {
  if (!ruled_out_) {
    ruled_out_ = !may_be_satisfied(
        match_, [this](std::string_view payload) { return reader_->may_hold(payload); });
  }
  return *ruled_out_;
}

bool FileSource::refresh(BootOrder& boots) {
  const FileState before = reader_->info().state;
  const auto news = reader_->refresh();
  if (!news) {
    reader_->report(news.error());
  } else if (*news && selection_) {
    selection_->refresh();
  }
  if (last_boot_.is_null() || (news && *news)) learn_last_entry(boots);
  return before != FileState::kArchived && reader_->info().state == FileState::kArchived;
}

void FileSource::learn_last_entry(BootOrder& boots) {
  std::optional<EntryInfo> entry = reader_->peek_entry(FileEnd::kLast);
  if (!entry) {
    const auto last = all().last_until(UINT64_MAX);
    if (!last) return;
    const auto read = reader_->read_entry(*last);
    if (!read) return;  // reported when it is stepped on
    entry = *read;
  }
  if (entry->boot_id != last_boot_) {
    last_boot_ = entry->boot_id;
    const auto known = boots.machine_of(last_boot_);
    last_machine_ = known ? *known : machine_of(*reader_, entry->offset);
  }
  boots.learn(last_boot_, last_machine_, entry->realtime_usec);
}

// The neighbour of the entry that was passed last, as nearly all steps want it.
inline bool FileSource::load_next_slot(Direction direction) {
  const EntryList* list = selection().whole_list();
  if (list == nullptr) return false;
  return direction == Direction::kForward ? list->step_forward(gap_ - 1, candidate_.info)
                                          : list->step_back(gap_, candidate_.info);
}

bool FileSource::find_candidate(Direction direction, const BootOrder& boots) {
  // These two are known without a look at the file.
  if (direction == Direction::kForward ? at_tail_ : gap_ == 0 && !at_tail_) return false;
  if (is_ruled_out()) return false;
  settle_gap();
  while (true) {
    if (!load_next_slot(direction) && !load_with_care(direction)) return false;
    if (direction == Direction::kBackward || candidate_.info.seqnum > floor_seqnum_) break;
    pass(direction);
  }
  if (placed_boot_ != candidate_.info.boot_id || boots_version_ != boots.version()) {
    boots.place(candidate_);
    placed_boot_ = candidate_.info.boot_id;
    boots_version_ = boots.version();
  }
  if (chain_) {
    const FileInfo& info = reader_->info();
    const std::uint64_t seqnum = candidate_.info.seqnum;
    if (seqnum < info.head_entry_seqnum || seqnum > info.tail_entry_seqnum) trusted_ = false;
  }
  loaded_ = true;
  return true;
}

bool FileSource::load_with_care(Direction direction) {
  const bool forward = direction == Direction::kForward;
  while (forward || gap_ != 0) {
    const auto offset = forward ? selection().first_from(gap_) : selection().last_until(gap_ - 1);
    if (!offset) return false;
    const auto entry = reader_->read_entry(*offset);
    if (entry) {
      candidate_.info = *entry;
      return true;
    }
    // Its slot is damaged, and may have hidden entries whose slots are sound.
    const EntryList* list = selection_->whole_list();
    if (list != nullptr && list->distrust()) continue;
    reader_->report(entry.error());
    stand(direction, *offset);
  }
  return false;
}

void FileSource::seek_head() {
  floor_seqnum_ = 0;
  at_tail_ = false;
  gap_ = 0;
  loaded_ = false;
}

// Where the tail of a file is that no longer grows can be found out later.
void FileSource::seek_tail() {
  floor_seqnum_ = 0;
  loaded_ = false;
  at_tail_ = true;
  if (reader_->info().state != FileState::kArchived) settle_gap();
}

void FileSource::settle_gap() {
  if (!at_tail_) return;
  at_tail_ = false;
  gap_ = behind_last(all()).value_or(0);
}

void FileSource::join_chain(std::size_t chain, bool times_ascend) {
  chain_ = chain;
  times_ascend_ = times_ascend;
}

bool FileSource::confirm(FileEnd end) {
  bool& confirmed = end == FileEnd::kFirst ? first_confirmed_ : last_confirmed_;
  if (!confirmed && trusted_) confirmed = trusted_ = header_fits(end);
  return confirmed;
}

bool FileSource::header_fits(FileEnd end) {
  const FileInfo& info = reader_->info();
  if (reader_->peek_entry(end)) return true;
  std::optional<FileOffset> offset = reader_->entry_at(end);
  if (!offset) offset = end == FileEnd::kFirst ? all().at(0) : all().last_until(UINT64_MAX);
  if (!offset) return false;
  const auto entry = reader_->read_entry(*offset);
  if (!entry) return false;
  return end == FileEnd::kFirst ? entry->seqnum == info.head_entry_seqnum &&
                                      entry->realtime_usec == info.head_entry_realtime_usec
                                : entry->seqnum == info.tail_entry_seqnum &&
                                      entry->realtime_usec == info.tail_entry_realtime_usec;
}

bool FileSource::lies_before(std::uint64_t seqnum) {
  return chain_ && reader_->info().tail_entry_seqnum < seqnum && confirm(FileEnd::kLast);
}

bool FileSource::lies_after(std::uint64_t seqnum) {
  return chain_ && reader_->info().head_entry_seqnum > seqnum && confirm(FileEnd::kFirst);
}

// True when header and ends tell that all entries lie on one side of `target`.
bool FileSource::place_by_header(const Cursor& target) {
  if (!chain_) return false;
  const FileInfo& info = reader_->info();
  bool all_behind = false;
  bool all_ahead = false;
  if (target.seqnum_id && target.seqnum && *target.seqnum_id == info.seqnum_id) {
    all_behind = lies_before(*target.seqnum);
    all_ahead = *target.seqnum > 0 && lies_after(*target.seqnum - 1);
  } else if (target.realtime_usec && !(target.boot_id && target.monotonic_usec) && times_ascend_) {
    all_behind = info.tail_entry_realtime_usec < *target.realtime_usec && confirm(FileEnd::kLast);
    all_ahead = info.head_entry_realtime_usec >= *target.realtime_usec && confirm(FileEnd::kFirst);
  }
  if (all_behind) seek_tail();
  if (all_ahead) seek_head();
  return all_behind || all_ahead;
}

std::optional<FileOffset> FileSource::behind_last(const EntryList& entries) const {
  const auto last = entries.last_until(UINT64_MAX);
  if (!last) return std::nullopt;
  return *last + 1;
}

void FileSource::seek(const Cursor& target) {
  if (place_by_header(target)) return;
  floor_seqnum_ = 0;
  at_tail_ = false;
  loaded_ = false;
  if (const auto shared = locate(target)) {
    gap_ = *shared;
  } else if (target.realtime_usec) {
    const auto found = first_where(all(), [&target](const EntryInfo& entry) {
      return entry.realtime_usec >= *target.realtime_usec;
    });
    gap_ = found.value_or(behind_last(all()).value_or(0));
  } else {
    gap_ = 0;
  }
}

void FileSource::align(const PlacedEntry& target, const BootOrder& boots) {
  bool moved = false;
  turn();
  while (load(Direction::kForward, boots) && compare(candidate_, target) < 0) {
    pass(Direction::kForward);
    moved = true;
  }
  turn();
  if (moved) return;
  while (load(Direction::kBackward, boots) && compare(candidate_, target) >= 0) {
    pass(Direction::kBackward);
  }
  turn();
}

void FileSource::seek_behind_seqnum(std::uint64_t seqnum) {
  floor_seqnum_ = seqnum;
  loaded_ = false;
  at_tail_ = false;
  const auto found =
      first_where(all(), [seqnum](const EntryInfo& entry) { return entry.seqnum > seqnum; });
  gap_ = found.value_or(behind_last(all()).value_or(0));
}

// By sequence or boot; nothing when the file shares neither with `target`.
std::optional<FileOffset> FileSource::locate(const Cursor& target) {
  if (target.seqnum_id && target.seqnum && *target.seqnum_id == reader_->info().seqnum_id) {
    const auto found = first_where(
        all(), [&target](const EntryInfo& entry) { return entry.seqnum >= *target.seqnum; });
    return found ? *found : behind_last(all()).value_or(0);
  }
  if (!target.boot_id || !target.monotonic_usec) return std::nullopt;
  const EntryList boot = reader_->entries_with("_BOOT_ID=" + target.boot_id->to_string());
  if (boot.size() == 0) return std::nullopt;
  const auto found = first_where(boot, [&target](const EntryInfo& entry) {
    return entry.monotonic_usec >= *target.monotonic_usec;
  });
  return found ? found : behind_last(boot);
}

std::optional<EntryInfo> FileSource::find(const Cursor& target) {
  const auto found = locate(target);
  if (!found) return std::nullopt;
  const auto offset = all().first_from(*found);
  if (!offset) return std::nullopt;
  const auto entry = reader_->read_entry(*offset);
  if (!entry) return std::nullopt;
  return *entry;
}

std::uint64_t FileSource::seqnum_behind() {
  settle_gap();
  FileOffset before = gap_;
  while (before > 0) {
    const auto offset = all().last_until(before - 1);
    if (!offset) return 0;
    const auto entry = reader_->read_entry(*offset);
    if (entry) return entry->seqnum;
    before = *offset;
  }
  return 0;
}

std::optional<EntryInfo> FileSource::first_entry() {
  return readable_from(all(), 0, all().size());
}

std::optional<EntryInfo> FileSource::last_entry() {
  return last_entry_of(*reader_);
}

bool FileSource::has(const EntryInfo& entry) {
  if (lies_before(entry.seqnum) || lies_after(entry.seqnum)) return false;
  const auto offset =
      first_where(all(), [&entry](const EntryInfo& other) { return other.seqnum >= entry.seqnum; });
  if (!offset) return false;
  const auto found = reader_->read_entry(*offset);
  return found && found->seqnum == entry.seqnum && found->xor_hash == entry.xor_hash &&
         found->boot_id == entry.boot_id && found->monotonic_usec == entry.monotonic_usec;
}

std::optional<EntryInfo> FileSource::readable_from(const EntryList& entries,
                                                   std::uint64_t index,
                                                   std::uint64_t end) {
  for (; index < end; ++index) {
    const auto offset = entries.at(index);
    if (!offset) continue;
    const auto entry = reader_->read_entry(*offset);
    if (entry) return *entry;
  }
  return std::nullopt;
}

// Bisects: `predicate` is false for the first entries and true for the rest. The answer is the
// offset of the first for which it is true.
template <typename Predicate>
std::optional<FileOffset> FileSource::first_where(const EntryList& entries, Predicate predicate) {
  std::uint64_t low = 0;
  std::uint64_t high = entries.size();
  std::optional<FileOffset> best;
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    const auto entry = readable_from(entries, middle, std::min(high, middle + kProbeEntries));
    if (entry && !predicate(*entry)) {
      low = middle + 1;
    } else {
      if (entry) best = entry->offset;
      high = middle;
    }
  }
  return best;
}

}  // namespace logq::journal
