#include "journal/journal.h"

#include <algorithm>

#include "base/try.h"
#include "journal/journal_impl.h"

namespace logq::journal {
void Journal::Impl::select(Match match, Narrowing narrowing) {
  match_ = std::move(match);
  narrowing_ = std::move(narrowing);
  // What narrows compares files, and asks for them while one is being read.
  if (narrowing_) open_rest();
  for (const auto& source : sources_)
    source->select();
  for (ArchiveSeries& series : series_)
    series.reconsider();
  seek_end(Direction::kBackward);
}

void Journal::Impl::seek(Cursor target) {
  seek_ = {SeekKind::kTarget, target};
  seek_pending_ = true;
}

// kBackward is the head, kForward the tail.
void Journal::Impl::seek_end(Direction end) {
  seek_ = {end == Direction::kForward ? SeekKind::kTail : SeekKind::kHead, {}};
  seek_pending_ = true;
}

void Journal::Impl::apply_seek() {
  if (!seek_pending_) return;
  seek_pending_ = false;
  prepared_ = false;
  current_source_ = nullptr;
  finished_.clear();
  seek_in_series();
  update_chains();
  if (seek_.kind == SeekKind::kTarget) complete_target();
  for (const auto& source : sources_)
    apply_seek_to(*source);
  if (seek_.kind == SeekKind::kTarget) align_with_target();
}

// A complete cursor names one entry. Files were searched by sequence, boot or realtime, whichever
// they share with it; the order of entries weighs these differently, so neighbours may be on the
// wrong side of it. Of an entry that is gone nobody can tell which of those at its time came first:
// all of them are behind the cursor then.
void Journal::Impl::align_with_target() {
  const Cursor& cursor = seek_.target;
  if (!cursor.seqnum_id || !cursor.seqnum || !cursor.boot_id || !cursor.monotonic_usec ||
      !cursor.realtime_usec || !cursor.xor_hash) {
    return;
  }
  PlacedEntry target;
  target.seqnum_id = *cursor.seqnum_id;
  target.info = {.offset = 0,
                 .seqnum = *cursor.seqnum,
                 .realtime_usec = *cursor.realtime_usec,
                 .monotonic_usec = *cursor.monotonic_usec,
                 .boot_id = *cursor.boot_id,
                 .xor_hash = *cursor.xor_hash};
  const bool is_here = std::any_of(sources_.begin(), sources_.end(), [&target](const auto& source) {
    return source->seqnum_id() == target.seqnum_id && source->has(target.info);
  });
  if (!is_here) return;
  boots_.place(target);
  for (const auto& source : sources_) {
    // Within the sequence it was the number that was sought, which is the order as well.
    if (source->seqnum_id() == target.seqnum_id &&
        (source->lies_before(target.info.seqnum) || source->lies_after(target.info.seqnum))) {
      continue;
    }
    source->align(target, boots_);
  }
}

void Journal::Impl::apply_seek_to(FileSource& source) {
  source.placed = true;
  switch (seek_.kind) {
    case SeekKind::kHead:
      return source.seek_head();
    case SeekKind::kTail:
      return source.seek_tail();
    case SeekKind::kTarget:
      return source.seek(seek_.target);
  }
}

// Files that share neither sequence nor boot with the target need its realtime, which a file that
// does share one of them knows.
void Journal::Impl::complete_target() {
  Cursor& target = seek_.target;
  if (target.realtime_usec) return;
  for (const auto& source : sources_) {
    const auto entry = source->find(target);
    if (!entry) continue;
    if (target.realtime_usec && *target.realtime_usec <= entry->realtime_usec) continue;
    target.realtime_usec = entry->realtime_usec;
    if (target.seqnum && *target.seqnum == entry->seqnum && !target.boot_id) {
      target.boot_id = entry->boot_id;
      target.monotonic_usec = entry->monotonic_usec;
    }
  }
}

bool Journal::Impl::earlier(const FileSource& a, const FileSource& b) const {
  const int order = compare(a.candidate(), b.candidate());
  return direction_ == Direction::kForward ? order < 0 : order > 0;
}

void Journal::Impl::sift_down(std::size_t at) {
  while (true) {
    std::size_t first = at;
    for (std::size_t child = 2 * at + 1; child <= 2 * at + 2 && child < heap_.size(); ++child) {
      if (earlier(*heap_[child], *heap_[first])) first = child;
    }
    if (first == at) return;
    std::swap(heap_[at], heap_[first]);
    at = first;
  }
}

// Makes heap_ say what comes next in `direction`.
void Journal::Impl::prepare(Direction direction) {
  prepare_open(direction);
  while (ran_out_ && !series_.empty()) {
    ran_out_ = false;
    if (reach_on(direction)) rebuild_heap(direction);
  }
}

// The same, of the files that are open.
void Journal::Impl::prepare_open(Direction direction) {
  if (!prepared_ || direction != direction_) return rebuild_heap(direction);
  if (!top_passed_) return;
  top_passed_ = false;
  if (!heap_[0]->load(direction, boots_)) replace_top();
  if (heap_.empty()) return;
  if (heap_[0]->chain() && !heap_[0]->is_trusted()) return rebuild_heap(direction);
  if (heap_.size() > 1) sift_down(0);
}

// The top has no more: the next of its chain comes in its place.
void Journal::Impl::replace_top() {
  ran_out_ = true;
  FileSource* next = nullptr;
  if (heap_[0]->chain()) next = chains_[*heap_[0]->chain()].advance(direction_, boots_);
  if (next == nullptr) {
    next = heap_.back();
    heap_.pop_back();
  }
  if (!heap_.empty()) heap_[0] = next;
}

// Whether a chain has a member that does not hold what its header says.
bool Journal::Impl::is_header_refuted() const {
  return std::any_of(sources_.begin(), sources_.end(),
                     [](const auto& source) { return source->chain() && !source->is_trusted(); });
}

void Journal::Impl::update_chains() {
  if (!chains_stale_ && !is_header_refuted()) return;
  // Where a header is wrong, numbers are not where the names say.
  if (is_header_refuted()) open_rest();
  chains_stale_ = false;
  chains_ = form_chains(sources_);
}

// Everything that has a candidate and is not behind another file of its chain.
void Journal::Impl::fill_heap() {
  update_chains();
  heap_.clear();
  for (FileChain& chain : chains_) {
    if (FileSource* first = chain.begin(direction_, boots_)) heap_.push_back(first);
  }
  for (const auto& source : sources_) {
    // What appeared without an entry has no place yet, though a match may find one by now.
    if (source->chain() || !source->placed) continue;
    if (source->load(direction_, boots_)) heap_.push_back(source.get());
  }
}

void Journal::Impl::rebuild_heap(Direction direction) {
  if (direction != direction_) {
    for (const auto& source : sources_)
      source->turn();
    // The entry we are on is behind us now.
    if (current_source_ != nullptr) current_source_->stand(direction, current_.info.offset);
  }
  direction_ = direction;
  do {
    fill_heap();  // which may refute a header; never one twice
  } while (is_header_refuted());
  for (std::size_t i = heap_.size() / 2; i-- > 0;)
    sift_down(i);
  prepared_ = true;
  ran_out_ = true;
  top_passed_ = false;
}

bool Journal::Impl::step(Direction direction) {
  if (seek_pending_) apply_seek();
  while (true) {
    prepare(direction);
    if (heap_.empty()) return false;
    FileSource& source = *heap_[0];
    const PlacedEntry& entry = source.candidate();
    source.pass(direction);
    top_passed_ = true;
    if (current_source_ != nullptr && entry.info.seqnum == current_.info.seqnum &&
        identical(entry, current_)) {
      continue;
    }
    current_ = entry;
    current_source_ = &source;
    payloads_loaded_ = false;
    return true;
  }
}

std::span<const std::string_view> Journal::Impl::payloads() {
  if (!payloads_loaded_) {
    payloads_ = current_source_->reader().read_payloads(current_.info.offset, payload_buffer_);
    payloads_loaded_ = true;
  }
  return payloads_;
}

void Journal::Impl::visit_payloads(const std::function<bool(std::string_view payload)>& visit) {
  if (!payloads_loaded_) {
    return current_source_->reader().for_each_payload(current_.info.offset, visit);
  }
  for (const std::string_view payload : payloads_) {
    if (!visit(payload)) return;
  }
}

std::optional<std::string_view> Journal::Impl::find_value(std::string_view field) {
  std::optional<std::string_view> value;
  visit_payloads([&](std::string_view payload) {
    if (payload.size() <= field.size() || payload[field.size()] != '=') return true;
    if (!payload.starts_with(field)) return true;
    value = payload.substr(field.size() + 1);
    return false;
  });
  return value;
}

std::vector<FileReader*> Journal::Impl::readers() {
  open_rest();
  std::vector<FileReader*> readers;
  for (const auto& source : sources_)
    readers.push_back(&source->reader());
  return readers;
}

Journal::Journal(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Journal::~Journal() = default;

Result<std::unique_ptr<Journal>> Journal::open_directory(const std::string& directory,
                                                         DamageCallback on_damage,
                                                         FileFilter wants) {
  LOGQ_TRY(check_readable(directory));
  return open_directories({directory}, std::move(on_damage), std::move(wants));
}

Result<std::unique_ptr<Journal>> Journal::open_directories(
    const std::vector<std::string>& directories, DamageCallback on_damage, FileFilter wants) {
  auto impl = std::make_unique<Impl>(directories, std::move(wants), std::move(on_damage));
  impl->open_all();
  return std::unique_ptr<Journal>(new Journal(std::move(impl)));
}

Result<std::unique_ptr<Journal>> Journal::open_files(const std::vector<std::string>& paths,
                                                     DamageCallback on_damage) {
  auto impl = std::make_unique<Impl>(paths, std::move(on_damage));
  impl->open_all();
  if (impl->readers().empty() && !paths.empty()) {
    // With not one of the files that were asked for there is nothing to show: the reason is the
    // first one's, all were reported.
    const auto first = FileReader::open(paths.front());
    if (!first) return fail(first.error());
  }
  return std::unique_ptr<Journal>(new Journal(std::move(impl)));
}

void Journal::set_match(Match match) {
  impl_->select(std::move(match), {});
}

void Journal::narrow(Narrowing narrowing) {
  impl_->select(Match::all(), std::move(narrowing));
}

void Journal::seek_head() {
  impl_->seek_end(Direction::kBackward);
}

void Journal::seek_tail() {
  impl_->seek_end(Direction::kForward);
}

void Journal::seek_realtime(std::uint64_t realtime_usec) {
  Cursor target;
  target.realtime_usec = realtime_usec;
  impl_->seek(target);
}

void Journal::seek_monotonic(const Id128& boot_id, std::uint64_t monotonic_usec) {
  Cursor target;
  target.boot_id = boot_id;
  target.monotonic_usec = monotonic_usec;
  impl_->seek(target);
}

void Journal::seek_seqnum(const Id128& seqnum_id, std::uint64_t seqnum) {
  Cursor target;
  target.seqnum_id = seqnum_id;
  target.seqnum = seqnum;
  impl_->seek(target);
}

void Journal::seek_cursor(const Cursor& cursor) {
  impl_->seek(cursor);
}

bool Journal::next() {
  return impl_->step(Direction::kForward);
}

bool Journal::previous() {
  return impl_->step(Direction::kBackward);
}

const EntryInfo& Journal::entry() const {
  return impl_->current().info;
}

const FileInfo& Journal::file_info() const {
  return file().info();
}

FileReader& Journal::file() const {
  return impl_->current_source().reader();
}

Cursor Journal::cursor() const {
  const PlacedEntry& entry = impl_->current();
  return cursor_of(entry.seqnum_id, entry.info);
}

bool Journal::at_cursor(const Cursor& cursor) const {
  const PlacedEntry& here = impl_->current();
  const auto holds = [](const auto& named, const auto& actual) {
    return !named || *named == actual;
  };
  return holds(cursor.seqnum_id, here.seqnum_id) && holds(cursor.seqnum, here.info.seqnum) &&
         holds(cursor.boot_id, here.info.boot_id) &&
         holds(cursor.monotonic_usec, here.info.monotonic_usec) &&
         holds(cursor.realtime_usec, here.info.realtime_usec) &&
         holds(cursor.xor_hash, here.info.xor_hash);
}

void Journal::for_each_field(const std::function<bool(std::string_view name)>& visit) {
  impl_->visit_fields(visit);
}

bool Journal::for_each_unique_value(std::string_view field,
                                    const std::function<bool(std::string_view payload)>& visit) {
  return impl_->visit_unique_values(field, visit);
}

std::span<const std::string_view> Journal::payloads() {
  return impl_->payloads();
}

void Journal::for_each_payload(const std::function<bool(std::string_view payload)>& visit) {
  impl_->visit_payloads(visit);
}

std::optional<std::string_view> Journal::find_value(std::string_view field) {
  return impl_->find_value(field);
}

Result<int> Journal::watch_fd() {
  return impl_->watch();
}

Result<void> Journal::process_changes() {
  return impl_->process_changes();
}

void Journal::keep_needed(std::function<bool(const FileReader& file)> is_needed) {
  impl_->keep_needed(std::move(is_needed));
}

TimeSpan Journal::known_times() const {
  return impl_->known_times();
}

bool Journal::has_files() const {
  return impl_->has_files();
}

std::vector<FileReader*> Journal::files() {
  return impl_->readers();
}

}  // namespace logq::journal
