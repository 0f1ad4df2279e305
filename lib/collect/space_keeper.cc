#include "collect/space_keeper.h"

#include <algorithm>
#include <cerrno>

#include "base/clock.h"
#include "base/quiet_thread.h"
#include "base/try.h"
#include "collect/filesystem_space.h"
#include "collect/user_journal_name.h"
#include "journal/directory.h"
#include "journal/vacuum.h"

namespace logq::collect {
namespace {

Result<SpaceReport> measure(const SpaceTask& task, std::uint64_t used_at_first_bytes) {
  SpaceReport report;
  report.directory = task.directory;
  const FilesystemSpace filesystem = filesystem_space(task.directory);
  report.filesystem_free_bytes = filesystem.free_bytes;
  for (const std::string& path : LOGQ_TRY(journal::journal_files(task.directory))) {
    const std::uint64_t bytes = journal::file_usage(path);
    ++report.files;
    report.used_bytes += bytes;
    if (!user_of_journal(path)) continue;
    ++report.user_files;
    report.user_bytes += bytes;
  }
  report.limits = journal::storage_limits(task.settings, filesystem.bytes);
  // A file system that others have filled does not cost us what we have already.
  report.limits.min_use_bytes =
      std::min(std::max(report.limits.min_use_bytes, used_at_first_bytes),
               std::max(report.limits.min_use_bytes, report.limits.max_use_bytes));
  report.limit_bytes =
      journal::current_limit(report.limits, report.used_bytes, filesystem.free_bytes);
  return report;
}

// Files of users that are written to come on top of MaxFiles=: they are never deleted, and as many
// users as that must not cost everybody the past.
std::uint64_t max_files(const SpaceTask& task, const journal::StorageLimits& limits) {
  if (limits.max_files == 0) return 0;
  const auto paths = journal::journal_files(task.directory).value_or(std::vector<std::string>());
  const auto active = std::ranges::count_if(paths, is_active_user_journal);
  return limits.max_files + static_cast<std::uint64_t>(active);
}

// Where there are no entries yet, the clock is as right as it is now: it may begin in 1970.
AgeGuard guard_of(const SpaceTask& task) {
  const std::uint64_t newest = task.newest_realtime_usec != 0
                                   ? task.newest_realtime_usec
                                   : base::Clock::system().now().realtime_usec;
  return {newest, task.max_retention_usec};
}

}  // namespace

journal::StorageLimits limits_of(const std::string& directory,
                                 const journal::StorageSettings& settings) {
  return journal::storage_limits(settings, filesystem_space(directory).bytes);
}

SpaceKeeper::SpaceKeeper(Diagnose diagnose)
    : diagnose_(std::move(diagnose)),
      thread_(base::start_quiet_thread([this] { run(); })) {}

SpaceKeeper::~SpaceKeeper() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void SpaceKeeper::keep(const SpaceTask& task) {
  const std::lock_guard vacuuming(vacuum_mutex_);
  const auto measured =
      task.directory.empty() ? Result<SpaceReport>(SpaceReport{}) : measure(task, 0);
  const std::lock_guard lock(mutex_);
  task_ = task;
  age_guard_ = guard_of(task);
  publish(measured.value_or(SpaceReport{}));
  used_at_first_bytes_ = report_.used_bytes;
}

void SpaceKeeper::change_limits(const SpaceTask& task) {
  {
    const std::lock_guard vacuuming(vacuum_mutex_);
    const std::lock_guard lock(mutex_);
    task_ = task;
    age_guard_ = guard_of(task);
  }
  request();
}

void SpaceKeeper::request() {
  {
    std::unique_lock lock(mutex_);
    if (!thread_.joinable()) thread_ = base::start_quiet_thread([this] { run(); });
    if (!thread_.joinable()) {
      lock.unlock();
      return vacuum_now();
    }
    requested_ = true;
  }
  changed_.notify_all();
}

void SpaceKeeper::vacuum_now() {
  const std::lock_guard vacuuming(vacuum_mutex_);
  SpaceTask task;
  {
    const std::lock_guard lock(mutex_);
    task = task_;
  }
  if (!task.directory.empty()) vacuum(task);
}

SpaceReport SpaceKeeper::report() const {
  const std::lock_guard lock(mutex_);
  return report_;
}

// REQUIRES: vacuum_mutex_ is held.
std::uint64_t SpaceKeeper::max_age_usec(const SpaceTask& task, const base::TimePair& now) {
  if (task.max_retention_usec == 0) return 0;
  const AgeGuard::Verdict verdict = age_guard_.judge(now);
  if (verdict == AgeGuard::Verdict::kDoubtedFirst) {
    diagnose_(task.directory +
              ": the clock is ahead of the newest entry by more than MaxRetentionSec=: nothing is "
              "deleted for its age for an hour");
  }
  return verdict == AgeGuard::Verdict::kBelieved ? task.max_retention_usec : 0;
}

// REQUIRES: vacuum_mutex_ is held, so that the task stays what it is.
void SpaceKeeper::vacuum(const SpaceTask& task) {
  auto measured = measure(task, used_at_first_bytes_);
  if (!measured.has_value()) {
    diagnose_(task.directory + ": " + measured.error().message());
    return;
  }
  journal::VacuumLimits limits;
  limits.max_bytes = measured->limit_bytes;
  limits.max_files = max_files(task, measured->limits);
  const base::TimePair now = base::Clock::system().now();
  limits.max_age_usec = max_age_usec(task, now);
  limits.now_realtime_usec = now.realtime_usec;
  const auto done = journal::vacuum_directory(
      task.directory, limits,
      [this](const std::string& path, std::uint64_t /*bytes*/, const std::optional<Error>& why) {
        if (why.has_value()) diagnose_(path + ": cannot be deleted: " + why->message());
      });
  if (!done.has_value()) diagnose_(task.directory + ": " + done.error().message());
  if (done.has_value() && task.is_unsaved) {
    unsaved_deleted_.fetch_add(done->deleted_entries, std::memory_order_relaxed);
  }
  if (done.has_value() && done->deleted_files > 0) {
    if (auto after = measure(task, used_at_first_bytes_)) measured = std::move(after);
  }
  const std::lock_guard lock(mutex_);
  publish(std::move(*measured));
}

// REQUIRES: mutex_ is held.
void SpaceKeeper::publish(SpaceReport report) {
  available_bytes_.store(report.available_bytes(), std::memory_order_relaxed);
  report_ = std::move(report);
}

void SpaceKeeper::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || requested_; });
    if (stopping_) return;
    requested_ = false;
    lock.unlock();
    vacuum_now();
    lock.lock();
  }
}

}  // namespace logq::collect
