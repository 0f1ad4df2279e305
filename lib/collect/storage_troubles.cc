// The part of Storage that deals with storage that fails or is removed while it is used.
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "base/clock.h"
#include "collect/emergency_room.h"
#include "collect/filesystem_space.h"
#include "collect/limits.h"
#include "collect/storage.h"
#include "collect/storage_failure.h"
#include "journal/no_room.h"
#include "journal/vacuum.h"

namespace logq::collect {
namespace {

// More only if nobody takes them.
constexpr std::size_t kEventsMax = 16;

bool is_missing(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) < 0 && (errno == ENOENT || errno == ENOTDIR);
}

std::uint64_t monotonic_now() {
  return base::Clock::system().now().monotonic_usec;
}

}  // namespace

void Storage::note(Event event) {
  if (events_.size() < kEventsMax) events_.push_back(std::move(event));
}

journal::SequencePosition Storage::position() const {
  return {store_->system().sequence().seqnum_id, store_->next_seqnum() - 1};
}

// Not for every entry of a flood: where the first vacuum made no room the next one will not.
bool Storage::make_room(const Error& error, std::uint64_t now_usec) {
  if (!journal::is_no_room(error) || now_usec < made_room_at_usec_ + kMakeRoomIntervalUsec) {
    return false;
  }
  made_room_at_usec_ = now_usec;
  space_.vacuum_now();
  const auto made = make_emergency_room(directory_, space_settings(), error.sys_errno == EDQUOT);
  if (made.has_value() && made->deleted_files > 0) {
    diagnose_(directory_ + ": no room left: deleted the oldest " +
              std::to_string(made->deleted_files) + " files, more than its limits ask for");
    if (refuge_.is_on()) losses_.overflowed += made->deleted_entries;
  }
  return true;
}

bool Storage::take_refuge(const Error& error, std::uint64_t now_usec) {
  if (place_ != Place::kPersistent || !is_storage_failure(error)) return false;
  if (now_usec < refuge_tried_at_usec_ + kMakeRoomIntervalUsec) return false;
  refuge_tried_at_usec_ = now_usec;
  return switch_to_volatile(error);
}

// Numbers go on, so that one that was announced for the next entry is that of the next entry.
bool Storage::switch_to_volatile(const Error& error) {
  // What fails there fails here.
  if (are_on_one_filesystem(options_.storage_dir, options_.volatile_dir)) return false;
  left_at_ = position();
  auto opened = open_directory(Place::kVolatile, left_at_);
  if (!opened.has_value()) {
    if (!append_fails_) diagnose_(options_.volatile_dir + ": " + opened.error().message());
    return false;
  }
  // A sync on its thread may still be at it, and then finds it closed.
  std::ignore = store_->close();
  begin_refuge("cannot store entries", error);
  use(Place::kVolatile, options_.volatile_dir, std::move(*opened));
  return true;
}

void Storage::begin_refuge(std::string_view what, const Error& error) {
  refuge_.begin(error, monotonic_now(), options_.storage_retry_usec);
  diagnose_(options_.storage_dir + ": " + std::string(what) + ": " + error.message() +
            "; collecting in " + options_.volatile_dir + " until it can be stored there");
  note({Event::Kind::kRefuge, options_.storage_dir, options_.volatile_dir, error});
}

void Storage::end_refuge(const FlushReport& moved) {
  refuge_.end(monotonic_now());
  left_at_ = {};
  diagnose_(options_.storage_dir + ": storing entries again; moved from " + options_.volatile_dir +
            ": " + std::to_string(moved.entries));
  note({Event::Kind::kReturned, options_.storage_dir, options_.volatile_dir, {}, moved.entries});
}

void Storage::give_up_return() {
  refuge_.end(monotonic_now());
  left_at_ = {};
  wait_for_flush();
}

// There must be room for copies of all, less what persistent storage may delete for them by its
// limits: what is moved is not to fill the file system up again. Where copying has filled it before
// it came to its end, it goes on when the limits are kept.
Result<void> Storage::check_return() const {
  if (!wants_persistent()) return fail(Error::system(ENOENT, "find the storage directory"));
  const std::string& target = options_.storage_dir;
  const auto used_in = [](const std::string& directory) {
    return journal::disk_usage_without_subdirectories(directory).value_or(0);
  };
  const std::uint64_t most = limits_of(target, options_.system_space).max_use_bytes;
  const std::uint64_t moving = std::min(used_in(options_.volatile_dir), most);
  const std::uint64_t together = used_in(target) + moving;
  const std::uint64_t deletable = together > most ? together - most : 0;
  const std::uint64_t wanted = moving - std::min(moving, deletable);
  const auto there_is = probe_room(target, wanted);
  if (there_is.has_value() || !journal::is_no_room(there_is.error())) return there_is;
  journal::VacuumLimits limits;
  limits.max_bytes = most;
  std::ignore = journal::vacuum_directory(target, limits);
  return probe_room(target, wanted);
}

bool Storage::try_return(const std::function<void()>& keep_alive) {
  if (place_ != Place::kVolatile || !refuge_.is_on()) return false;
  const auto possible = check_return();
  const auto moved = possible.and_then([&] { return move_to_persistent(keep_alive); });
  if (moved.has_value()) return true;
  refuge_.failed(moved.error(), monotonic_now());
  return false;
}

Storage::Losses Storage::take_losses() {
  losses_.overflowed += space_.take_unsaved_deleted();
  return std::exchange(losses_, {});
}

// Whoever removes the directory of a running collector has no use for what was in it, but would
// miss what comes next: nobody can find entries in files without names.
void Storage::look_for_removal(std::uint64_t now_usec) {
  if (now_usec < looked_for_removal_usec_ + kRemovalIntervalUsec) return;
  looked_for_removal_usec_ = now_usec;
  const bool is_gone = is_missing(directory_) ||
                       (store_->system().has_active_file() && is_missing(store_->active_path()));
  if (is_gone || remake_due_) {
    remake();
  } else {
    seen_seqnum_ = store_->next_seqnum();
  }
}

void Storage::remake() {
  const journal::SequencePosition position = this->position();
  const std::uint64_t next = store_->next_seqnum();
  // All that is in the refuge was still to be moved.
  const bool is_refuge = place_ == Place::kVolatile && refuge_.is_on() && left_at_.tail_seqnum > 0;
  const std::uint64_t lost = next - (is_refuge ? left_at_.tail_seqnum + 1 : seen_seqnum_);
  losses_.removed += lost;
  seen_seqnum_ = next;
  std::ignore = store_->close();
  hold_.reset();
  auto opened = place_ == Place::kVolatile || wants_persistent()
                    ? open_directory(place_, position)
                    : fail(Error::system(ENOENT, "find the storage directory"));
  remake_due_ = !opened.has_value();
  if (opened.has_value()) {
    use(place_, directory_, std::move(*opened));
    diagnose_(directory_ +
              ": was removed while entries were stored in it, and is made again; lost: " +
              std::to_string(lost) + " entries");
    note({Event::Kind::kRemade, directory_, {}, {}, lost});
  } else if (place_ == Place::kPersistent && is_storage_failure(opened.error())) {
    remake_due_ = !switch_to_volatile(opened.error());
  }
}

}  // namespace logq::collect
