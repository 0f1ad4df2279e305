// Archives that are opened when reading comes to them.
#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/try.h"
#include "journal/archive_look.h"
#include "journal/journal_impl.h"

namespace logq::journal {
namespace {

// Whoever reads through so many without a match reads on: the others are opened together, before
// threads that format what is read get in the way of mapping more.
constexpr std::size_t kReachedBeforeRest = 15;

}  // namespace

// Opens what has to be read at once, and the newest archive of each series: most readings want it,
// and who may not read it may not read the others.
void Journal::Impl::open_found(const std::vector<std::string>& paths) {
  FoundFiles found = find_series(paths);
  series_ = std::move(found.series);
  for (const std::size_t other : found.others)
    open(paths[other], other);
  for (ArchiveSeries& series : series_) {
    std::vector<NamedArchive>& archives = series.archives();
    for (auto newest = archives.rbegin(); newest != archives.rend(); ++newest) {
      if (!open_archive(*newest)) return open_rest();
      if (newest->state == NamedArchive::State::kOpen) break;
    }
  }
}

// False when it cannot be. One that has been deleted meanwhile is no damage.
bool Journal::Impl::open_named(NamedArchive& archive) {
  const auto source = add(archive.path, archive.rank);
  if (source) {
    archive.state = NamedArchive::State::kOpen;
    archive.source = *source;
    return true;
  }
  const bool is_gone = source.error().sys_errno == ENOENT;
  if (is_gone) archive.state = NamedArchive::State::kGone;
  if (!is_gone) complain(archive.path, source.error());
  return is_gone;
}

// False when it is not what its name says, or cannot be read: then names mean nothing.
bool Journal::Impl::open_archive(NamedArchive& archive) {
  if (!open_named(archive)) return false;
  if (archive.state == NamedArchive::State::kGone) return true;
  FileSource& source = *archive.source;
  return agrees(archive, source.reader().info()) && source.confirm(FileEnd::kFirst) &&
         source.confirm(FileEnd::kLast);
}

// Where reading begins in a file that it has come to.
void Journal::Impl::place_beside(FileSource& source, bool is_behind) {
  if (source.placed) return;
  source.placed = true;
  is_behind ? source.seek_tail() : source.seek_head();
}

// Looks into the archives that may have the next entry. True when there are more sources.
bool Journal::Impl::reach_on(Direction direction) {
  const std::uint64_t opened_before = n_opened_;
  const auto has_more = [&](FileSource& source) { return source.load(direction, boots_); };
  for (ArchiveSeries& series : series_) {
    for (auto due = series.due(direction, has_more); !due.empty();
         due = series.due(direction, has_more)) {
      if (take_up(series, due)) continue;
      open_rest();
      return true;
    }
  }
  const bool reads_through = match_.kind == Match::Kind::kAll && n_reached_ >= kReachedBeforeRest;
  if (reads_through) open_rest();
  return n_opened_ != opened_before;
}

TimeSpan Journal::Impl::known_times() const {
  TimeSpan span;
  const auto add_times = [&span](std::uint64_t first_usec, std::uint64_t last_usec) {
    span.first_usec = std::min(span.first_usec, first_usec);
    span.last_usec = std::max(span.last_usec, last_usec);
  };
  for (const auto& source : sources_) {
    const FileInfo& info = source->reader().info();
    if (info.n_entries > 0) add_times(info.head_entry_realtime_usec, info.tail_entry_realtime_usec);
  }
  for (const ArchiveSeries& series : series_) {
    for (const NamedArchive& archive : series.archives())
      add_times(archive.name.head_realtime_usec, archive.name.head_realtime_usec);
  }
  return span;
}

// Opens those of them that may have what is wanted; false when one is not what its name says.
bool Journal::Impl::take_up(const ArchiveSeries& series,
                            const std::vector<NamedArchive*>& archives) {
  using State = NamedArchive::State;
  std::vector<ArchiveLook> looks(archives.size(), ArchiveLook::kMayMatch);
  if (match_.kind != Match::Kind::kAll) looks = look_into(archives, match_);
  for (std::size_t i = 0; i < archives.size(); ++i) {
    NamedArchive& archive = *archives[i];
    if (looks[i] == ArchiveLook::kOther) return false;
    if (looks[i] != ArchiveLook::kMayMatch) {
      archive.state = looks[i] == ArchiveLook::kGone ? State::kGone : State::kRuledOut;
      continue;
    }
    const bool is_sound = open_archive(archive);
    ++n_reached_;
    if (archive.source != nullptr && is_sound)
      place_beside(*archive.source, series.is_behind(archive));
    if (!is_sound) return false;
  }
  return true;
}

// Opens all that is known by name only, each on its side of the place where reading is.
void Journal::Impl::open_rest() {
  if (series_.empty()) return;
  std::vector<FileSource*> misnamed;
  // What is not open has nothing to say of itself meanwhile.
  std::vector<ArchiveSeries> all = std::exchange(series_, {});
  for (ArchiveSeries& series : all) {
    for (NamedArchive& archive : series.archives()) {
      using State = NamedArchive::State;
      if (archive.state == State::kClosed || archive.state == State::kRuledOut) open_named(archive);
      if (archive.source == nullptr || archive.source->placed) continue;
      place_beside(*archive.source, series.is_behind(archive));
      if (!agrees(archive, archive.source->reader().info())) misnamed.push_back(archive.source);
    }
  }
  if (current_source_ != nullptr) {
    for (FileSource* source : misnamed)
      place_misnamed(*source);
  }
  std::stable_sort(sources_.begin(), sources_.end(),
                   [](const auto& a, const auto& b) { return a->rank < b->rank; });
  prepared_ = false;
}

// Reading may have passed the place where its entries belong. Those that were shown from another
// file are not shown again; others come late.
void Journal::Impl::place_misnamed(FileSource& source) {
  if (source.seqnum_id() != current_.seqnum_id || !is_copy(source)) return;
  Cursor here;
  here.seqnum_id = current_.seqnum_id;
  here.seqnum = current_.info.seqnum;
  source.seek(here);
}

// The names tell where a number lies, and nothing of times: a clock that was set back is seen at
// the ends of the files only. A cursor may have to be looked for by time in another sequence.
void Journal::Impl::seek_in_series() {
  n_reached_ = 0;
  if (series_.empty()) return;
  if (seek_.kind == SeekKind::kTarget) return seek_number_in_series();
  for (ArchiveSeries& series : series_)
    seek_.kind == SeekKind::kHead ? series.seek_head() : series.seek_tail();
}

void Journal::Impl::seek_number_in_series() {
  const Cursor& target = seek_.target;
  const bool is_number = target.seqnum_id && target.seqnum;
  const auto has_it = [&](const Id128& sequence) { return sequence == *target.seqnum_id; };
  const bool is_one_sequence =
      is_number &&
      std::all_of(sources_.begin(), sources_.end(),
                  [&](const auto& source) { return has_it(source->seqnum_id()); }) &&
      std::all_of(series_.begin(), series_.end(),
                  [&](const ArchiveSeries& series) { return has_it(series.seqnum_id()); });
  if (!is_one_sequence) return open_rest();
  for (ArchiveSeries& series : series_) {
    NamedArchive* const here = series.seek_seqnum(*target.seqnum);
    if (here != nullptr && !open_archive(*here)) return open_rest();
  }
}

}  // namespace logq::journal
