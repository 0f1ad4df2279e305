#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <tuple>

#include "base/clock.h"
#include "base/try.h"
#include "journal/journal_impl.h"

namespace logq::journal {
namespace {

// A directory that keeps changing is taken as it was found in the end.
constexpr int kScanAttempts = 5;
// How often what happened is read again because the time before brought a new file. A writer would
// have to rotate this often while we open files to be seen out of order.
constexpr int kCatchUpRounds = 1000;

std::optional<FileIdentity> identity_of(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) < 0) return std::nullopt;
  return FileIdentity{status.st_dev, status.st_ino};
}

std::string parent_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// "./x" and "x" are the same name to a watch of ".".
std::string plain(const std::string& path) {
  return path.starts_with("./") ? path.substr(2) : path;
}

}  // namespace

// A file may have been written to, and finished, between its own opening and that of its successor.
void Journal::Impl::open_all() {
  scan(Opening::kWhenReached);
  for (const auto& source : sources_) {
    FileReader& reader = source->reader();
    if (reader.info().state == FileState::kArchived) continue;
    if (const auto news = reader.refresh(); !news) reader.report(news.error());
  }
}

std::vector<std::string> Journal::Impl::wanted_paths() {
  if (fixed_) return paths_;
  std::vector<std::string> paths;
  stamps_.clear();
  for (const std::string& directory : directories_)
    add_paths_of(directory, paths);
  return paths;
}

// The files of one of our directories and of its machine-id subdirectories.
void Journal::Impl::add_paths_of(const std::string& directory, std::vector<std::string>& paths) {
  if (watch_) await(directory);
  for (const std::string& machine : add_paths_in(directory, paths))
    add_paths_in(machine, paths);
}

// Of this directory alone; returns its machine-id subdirectories.
std::vector<std::string> Journal::Impl::add_paths_in(const std::string& directory,
                                                     std::vector<std::string>& paths) {
  // Watched first, then read: what appears in between is noticed.
  if (watch_) watch_directory(directory);
  stamps_.push_back(DirectoryStamp::of(directory));
  auto found = read_directory(directory);
  if (!found) {
    if (found.error().sys_errno != ENOENT) complain(directory, found.error());
    return {};
  }
  std::copy_if(std::make_move_iterator(found->files.begin()),
               std::make_move_iterator(found->files.end()), std::back_inserter(paths),
               [this](const std::string& path) { return is_wanted_in_directory(path); });
  return std::move(found->machines);
}

void Journal::Impl::watch_directory(const std::string& directory) {
  const auto added = watch_->add(directory);
  if (!added && added.error().sys_errno != ENOENT) complain(directory, added.error());
}

// While a directory is missing, the nearest one above it that exists tells when the next part of
// its path is made. That may happen before we watch, so what is nearest is asked again afterwards.
//
// The directory above one that exists is watched as well: it may be deleted and made again, and
// inotify says nothing of that while we hold one of its files open.
void Journal::Impl::await(const std::string& directory) {
  // Without permission it is not noticed; the directory itself matters more.
  std::ignore = watch_->add_for_subdirectories(parent_of(directory));
  std::string watched;
  while (true) {
    std::string nearest = directory;
    while (!is_directory(nearest) && parent_of(nearest) != nearest)
      nearest = parent_of(nearest);
    if (nearest == directory || nearest == watched) return;
    if (!watch_->add_for_subdirectories(nearest)) return;
    watched = std::move(nearest);
  }
}

bool Journal::Impl::is_wanted_in_directory(const std::string& path) const {
  const std::string_view name = std::string_view(path).substr(path.rfind('/') + 1);
  return is_journal_name(name) && (!wants_ || wants_(path));
}

bool Journal::Impl::is_wanted(const std::string& path) const {
  if (!fixed_) return is_wanted_in_directory(path);
  return std::any_of(paths_.begin(), paths_.end(),
                     [&path](const std::string& wanted) { return plain(wanted) == plain(path); });
}

// A file that is rotated while we open the others would be missed under both its names, so the
// names are read again until they stay the same.
void Journal::Impl::scan(Opening opening) {
  std::vector<std::string> before;
  for (int attempt = 0; attempt < kScanAttempts; ++attempt) {
    std::vector<std::string> paths = wanted_paths();
    if (attempt > 0 && (paths == before || fixed_)) break;
    if (opening == Opening::kWhenReached && attempt == 0 && !fixed_) {
      open_found(paths);
    } else {
      open_rest();
      consider_all(paths);
    }
    if (!fixed_ && are_names_unchanged()) break;
    before = std::move(paths);
  }
}

void Journal::Impl::consider_all(const std::vector<std::string>& paths) {
  const bool is_first = sources_.empty();  // so that none of them can be known
  for (std::size_t i = 0; i < paths.size(); ++i)
    is_first ? void(open(paths[i], i)) : consider(paths[i]);
}

bool Journal::Impl::are_names_unchanged() const {
  return std::all_of(stamps_.begin(), stamps_.end(),
                     [](const DirectoryStamp& stamp) { return stamp.is_unchanged(); });
}

FileSource* Journal::Impl::source_of(const FileIdentity& identity) {
  const auto found = by_identity_.find(identity);
  return found == by_identity_.end() ? nullptr : found->second;
}

FileSource* Journal::Impl::source_at(const std::string& path) {
  const auto found = by_path_.find(plain(path));
  if (found == by_path_.end()) return nullptr;
  FileSource& source = *found->second;
  return !source.detached && plain(source.reader().path()) == found->first ? &source : nullptr;
}

// Notes under which name a file is found. Thousands of files are opened: none is searched for.
void Journal::Impl::name(FileSource& source) {
  by_path_[plain(source.reader().path())] = &source;
}

void Journal::Impl::forget(const FileSource& source) {
  by_identity_.erase(source.reader().identity());
  std::erase_if(by_path_, [&source](const auto& named) { return named.second == &source; });
}

void Journal::Impl::complain(const std::string& path, const Error& error) {
  // A file that is being made is incomplete for a moment; we will hear when it has grown.
  if (watch_ && error.code == Errc::kTruncated) return;
  if (std::find(complained_.begin(), complained_.end(), path) != complained_.end()) return;
  complained_.push_back(path);
  if (on_damage_) on_damage_(path, error);
}

// Makes what is at `path` one of our files, whether it is new or has only got a new name.
void Journal::Impl::consider(const std::string& path) {
  const auto identity = identity_of(path);
  if (FileSource* known = identity ? source_of(*identity) : nullptr) {
    const std::string& name_before = known->reader().path();
    if (known->detached || (name_before != path && identity_of(name_before) != identity)) {
      known->reader().set_path(path);
      name(*known);
    }
    known->detached = false;
    return;
  }
  if (FileSource* replaced = source_at(path)) replaced->detached = true;
  open(path);
}

// Null when it cannot be opened.
FileSource* Journal::Impl::open(const std::string& path, std::size_t rank) {
  const auto source = add(path, rank);
  if (source) return *source;
  const bool vanished = watch_ && source.error().sys_errno == ENOENT;
  if (vanished) ++n_vanished_;
  if (!vanished) complain(path, source.error());
  return nullptr;
}

Result<FileSource*> Journal::Impl::add(const std::string& path, std::size_t rank) {
  auto reader = LOGQ_TRY(FileReader::open(path, on_damage_));
  // It has two names, or was renamed between stat and open.
  if (FileSource* known = source_of(reader->identity())) return known;
  auto source = std::make_unique<FileSource>(std::move(reader), match_, narrowing_);
  source->rank = rank;
  by_identity_.emplace(source->reader().identity(), source.get());
  name(*source);
  ++n_opened_;
  chains_stale_ = true;
  sources_.push_back(std::move(source));
  return sources_.back().get();
}

Result<int> Journal::Impl::watch() {
  if (watch_) return watch_->fd();
  open_rest();
  watched_since_usec_ = base::Clock::system().now().realtime_usec;
  watch_ = LOGQ_TRY(DirectoryWatch::create());
  for (const std::string& path : paths_)
    LOGQ_TRY(watch_->add(parent_of(path)));
  // Directories are watched as they are read: what happened since they were opened.
  apply_seek();
  scan();
  detach_vanished();
  LOGQ_TRY(absorb_changes());
  catch_up();
  return watch_->fd();
}

// Collects the files that something happened to; true when everything must be looked at.
Result<bool> Journal::Impl::read_watch(std::vector<std::string>& changed) {
  bool rescan = false;
  const auto note = [&](const DirectoryWatch::Event& event) {
    using Kind = DirectoryWatch::Event::Kind;
    if (event.kind == Kind::kOverflow || event.kind == Kind::kDirectory) {
      rescan = true;
      return;
    }
    const std::string path = event.directory + "/" + event.name;
    if (!is_wanted(path)) return;
    if (event.kind == Kind::kGone) {
      if (FileSource* source = source_at(path)) source->detached = true;
    }
    if (std::find(changed.begin(), changed.end(), path) == changed.end()) changed.push_back(path);
  };
  LOGQ_TRY(watch_->read_events(note));
  return rescan;
}

Result<void> Journal::Impl::process_changes() {
  open_rest();
  apply_seek();
  if (watch_) {
    LOGQ_TRY(absorb_changes());
  } else {
    scan();
    detach_vanished();
  }
  catch_up();
  let_go_of_finished();
  return {};
}

// Opens what appeared. The writer may rotate more than once while we are at it: then the active
// file we open is younger than one whose creation we have not read of yet, or the one we were told
// of has another name by now. What happened before a file was opened, or was found to be gone, is
// in the queue by then: once a read of the queue brings no new file and misses none, we have all
// that there were when it began.
Result<void> Journal::Impl::absorb_changes() {
  std::vector<std::string> changed;
  for (int round = 0; round < kCatchUpRounds; ++round) {
    changed.clear();
    const bool rescan = LOGQ_TRY(read_watch(changed));
    const std::uint64_t opened_before = n_opened_;
    const std::uint64_t vanished_before = n_vanished_;
    for (const std::string& path : changed)
      consider(path);
    if (rescan) {
      scan();
      detach_vanished();
    }
    if (n_opened_ == opened_before && n_vanished_ == vanished_before) return {};
  }
  return {};
}

// Reads on in all files. New ones have been opened before, so what was written to a file before its
// successor began is known before the first entry of the successor is handed out.
void Journal::Impl::catch_up() {
  for (const auto& source : sources_) {
    if (source->refresh(boots_)) chains_stale_ = true;
  }
  for (const auto& source : sources_) {
    if (!source->placed && source->reader().info().n_entries > 0) place(*source);
  }
  prepared_ = false;
}

void Journal::Impl::detach_vanished() {
  for (const auto& source : sources_) {
    const auto identity = identity_of(source->reader().path());
    if (!identity || !(*identity == source->reader().identity())) source->detached = true;
  }
}

// How far the sequence of `source` has been read in the other files; nothing when it is new to us.
std::optional<std::uint64_t> Journal::Impl::progress_beside(const FileSource& source) {
  const Id128 sequence = source.seqnum_id();
  std::optional<std::uint64_t> furthest;
  for (const Finished& finished : finished_) {
    if (finished.seqnum_id != sequence) continue;
    furthest = std::max(furthest.value_or(0), finished.last_seqnum);
  }
  for (const auto& other : sources_) {
    if (other.get() == &source || other->seqnum_id() != sequence) continue;
    furthest = std::max(furthest.value_or(0), other->seqnum_behind());
  }
  return furthest;
}

// Whether its entries are those of another file: a recovered copy, or a file that came back.
bool Journal::Impl::is_copy(FileSource& source) {
  const auto first = source.first_entry();
  if (!first) return false;
  const Id128 sequence = source.seqnum_id();
  const bool finished = std::any_of(finished_.begin(), finished_.end(), [&](const Finished& other) {
    return other.seqnum_id == sequence && other.first_seqnum <= first->seqnum &&
           first->seqnum <= other.last_seqnum;
  });
  return finished || std::any_of(sources_.begin(), sources_.end(), [&](const auto& other) {
           return other.get() != &source && other->seqnum_id() == sequence && other->has(*first);
         });
}

// Where reading starts in a file that appeared while others were being read. What was written since
// we watch is read whole, unless it is a copy; of anything else what lies behind our place.
void Journal::Impl::place(FileSource& source) {
  source.placed = true;
  const FileInfo& info = source.reader().info();
  const bool written_since =
      info.state == FileState::kOnline || info.head_entry_realtime_usec >= watched_since_usec_;
  if (watch_ && written_since && !is_copy(source)) return source.seek_head();
  if (const auto seqnum = progress_beside(source)) return source.seek_behind_seqnum(*seqnum);
  if (current_source_ == nullptr) return apply_seek_to(source);
  Cursor here;
  here.boot_id = current_.info.boot_id;
  here.monotonic_usec = current_.info.monotonic_usec;
  here.realtime_usec = current_.info.realtime_usec;
  source.seek(here);
}

void Journal::Impl::let_go_of_finished() {
  const std::size_t gone =
      std::erase_if(sources_, [this](const std::unique_ptr<FileSource>& source) {
        if (!source->detached || source.get() == current_source_) return false;
        if (source->load(direction_, boots_)) return false;
        if (is_needed_ && is_needed_(source->reader())) return false;
        const auto first = source->first_entry();
        const auto last = source->last_entry();
        if (first && last) finished_.push_back({source->seqnum_id(), first->seqnum, last->seqnum});
        forget(*source);
        return true;
      });
  if (gone == 0) return;
  chains_.clear();
  chains_stale_ = true;
}

}  // namespace logq::journal
