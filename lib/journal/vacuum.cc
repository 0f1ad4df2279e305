#include "journal/vacuum.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <compare>
#include <cstring>
#include <limits>
#include <map>
#include <tuple>
#include <vector>

#include "base/io.h"
#include "base/try.h"
#include "journal/archive_name.h"
#include "journal/directory.h"
#include "journal/format.h"

namespace logq::journal {
namespace {

constexpr std::uint64_t kNever = UINT64_MAX;

struct Candidate {
  std::string name;
  std::uint64_t bytes = 0;
  // Archives have a sequence; files that were set aside are placed by time alone.
  Id128 seqnum_id;
  std::uint64_t head_seqnum = 0;
  std::uint64_t realtime_usec = 0;  // of its own
  std::uint64_t rank_usec = 0;      // by which it is placed among files of other sequences
  std::optional<std::uint64_t> entries;
};

std::uint64_t microseconds(const timespec& time) {
  if (time.tv_sec < 0) return 0;
  return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000 +
         static_cast<std::uint64_t>(time.tv_nsec) / 1000;
}

// How many entries a file has; nothing when it cannot be looked into.
std::optional<std::uint64_t> count_entries(int fd, const struct stat& status) {
  constexpr std::uint64_t kEnd = offsetof(Header, n_entries) + sizeof(Le64);
  if (static_cast<std::uint64_t>(status.st_size) < kEnd) return 0;
  Le64 count{};
  const ssize_t got = ::pread(fd, &count, sizeof count, offsetof(Header, n_entries));
  if (got != static_cast<ssize_t>(sizeof count)) return std::nullopt;
  return count;
}

// When journald made the file; it says so in an attribute, as eight little-endian bytes.
std::uint64_t creation_usec(int fd) {
  Le64 stored{};
  if (::fgetxattr(fd, "user.crtime_usec", &stored, sizeof stored) != sizeof stored) return kNever;
  return stored;
}

// The earliest time that says anything: a copied archive is as old as its name, a renamed file as
// old as its first byte.
std::uint64_t oldest_time(std::uint64_t named, const struct stat& status, std::uint64_t created) {
  std::uint64_t oldest = named;
  for (const std::uint64_t time : {microseconds(status.st_ctim), microseconds(status.st_atim),
                                   microseconds(status.st_mtim), created}) {
    if (time != 0) oldest = std::min(oldest, time);
  }
  return oldest;
}

// Oldest first. Within a sequence numbers decide; a file thus ranks no younger than any that
// follows it there, whatever the clock said when it was made. Its age does not follow from that: a
// machine that starts in 1970 until it has asked for the time must not make all that was before
// half a century old. Nor is such a file itself older than those that precede it.
void sort_by_age(std::vector<Candidate>& files, std::uint64_t now_usec) {
  const auto by_number = [](const Candidate& a, const Candidate& b) {
    return std::tie(a.seqnum_id, a.head_seqnum, a.name) <
           std::tie(b.seqnum_id, b.head_seqnum, b.name);
  };
  std::sort(files.begin(), files.end(), by_number);
  for (Candidate& file : files)
    file.rank_usec = file.realtime_usec;
  for (std::size_t i = files.size(); i-- > 1;) {
    Candidate& older = files[i - 1];
    if (older.seqnum_id.is_null() || older.seqnum_id != files[i].seqnum_id) continue;
    older.rank_usec = std::min(older.rank_usec, files[i].rank_usec);
  }
  for (std::size_t i = 1; i < files.size(); ++i) {
    const Candidate& older = files[i - 1];
    if (older.seqnum_id.is_null() || older.seqnum_id != files[i].seqnum_id) continue;
    if (older.realtime_usec > now_usec) continue;  // of a clock that was ahead
    files[i].realtime_usec = std::max(files[i].realtime_usec, older.realtime_usec);
  }
  std::stable_sort(files.begin(), files.end(), [](const Candidate& a, const Candidate& b) {
    return a.rank_usec < b.rank_usec;
  });
}

class Vacuum {
 public:
  Vacuum(std::string directory, const VacuumLimits& limits, const VacuumCallback& on_file)
      : directory_(std::move(directory)),
        limits_(limits),
        on_file_(on_file) {}

  Result<VacuumReport> run() {
    const auto paths = LOGQ_TRY(journal_files(directory_));
    directory_fd_ = LOGQ_TRY(base::open_file(directory_, O_RDONLY | O_DIRECTORY | O_NONBLOCK));
    for (const std::string& path : paths)
      consider(path.substr(directory_.size() + 1));
    delete_empty();
    sort_by_age(candidates_, limits_.now_realtime_usec);
    delete_oldest();
    report_.kept_bytes = usage_;
    return report_;
  }

 private:
  void consider(std::string name);
  void delete_empty();
  void delete_oldest();
  [[nodiscard]] bool exceeded(const Candidate& oldest) const;
  bool remove(const Candidate& file);

  std::string directory_;
  const VacuumLimits& limits_;
  const VacuumCallback& on_file_;
  base::UniqueFd directory_fd_;
  std::vector<Candidate> candidates_;
  std::uint64_t usage_ = 0;
  std::uint64_t count_ = 0;
  VacuumReport report_;
};

void Vacuum::consider(std::string name) {
  struct stat status {};
  if (::fstatat(directory_fd_.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) < 0) return;
  if (!S_ISREG(status.st_mode)) return;
  Candidate file;
  file.name = std::move(name);
  file.bytes = static_cast<std::uint64_t>(status.st_blocks) * base::kStatBlock;
  usage_ += file.bytes;
  ++count_;

  std::uint64_t named = 0;
  if (const auto archive = ArchiveName::parse(file.name)) {
    file.seqnum_id = archive->seqnum_id;
    file.head_seqnum = archive->head_seqnum;
    named = archive->head_realtime_usec;
  } else if (const auto time = parse_disposed_name(file.name)) {
    named = *time;
  } else {
    return;  // active
  }
  const auto fd = base::open_file_at(directory_fd_.get(), file.name,
                                     O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
  if (fd) file.entries = count_entries(fd->get(), status);
  file.realtime_usec = oldest_time(named, status, fd ? creation_usec(fd->get()) : kNever);
  candidates_.push_back(std::move(file));
}

void Vacuum::delete_empty() {
  std::erase_if(candidates_,
                [this](const Candidate& file) { return file.entries == 0U && remove(file); });
}

bool Vacuum::exceeded(const Candidate& oldest) const {
  const std::uint64_t now = limits_.now_realtime_usec;
  const bool too_old = limits_.max_age_usec != 0 && now > limits_.max_age_usec &&
                       oldest.realtime_usec < now - limits_.max_age_usec;
  return too_old || (limits_.max_bytes != 0 && usage_ > limits_.max_bytes) ||
         (limits_.max_files != 0 && count_ > limits_.max_files);
}

// Ends at the first that may stay, as journald does: with a younger one gone before an older, the
// journal would have a hole.
void Vacuum::delete_oldest() {
  for (const Candidate& file : candidates_) {
    if (!exceeded(file)) return;
    remove(file);
  }
}

bool Vacuum::remove(const Candidate& file) {
  std::optional<Error> failure;
  if (::unlinkat(directory_fd_.get(), file.name.c_str(), 0) < 0) {
    failure = Error::system(errno, "unlink");
  }
  // Somebody else's vacuum may have been quicker.
  const bool gone = !failure || failure->sys_errno == ENOENT;
  if (gone) {
    usage_ -= file.bytes;
    --count_;
  }
  if (!failure) {
    ++report_.deleted_files;
    report_.deleted_entries += file.entries.value_or(0);
    report_.freed_bytes += file.bytes;
  }
  if (on_file_ && (!gone || !failure)) on_file_(directory_ + "/" + file.name, file.bytes, failure);
  return gone;
}

}  // namespace

Result<VacuumReport> vacuum_directory(const std::string& directory,
                                      const VacuumLimits& limits,
                                      const VacuumCallback& on_file) {
  return Vacuum(directory, limits, on_file).run();
}

std::uint64_t file_usage(const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) < 0 || !S_ISREG(status.st_mode)) return 0;
  return static_cast<std::uint64_t>(status.st_blocks) * base::kStatBlock;
}

Result<std::uint64_t> disk_usage_without_subdirectories(const std::string& directory) {
  std::uint64_t bytes = 0;
  for (const std::string& path : LOGQ_TRY(journal_files(directory)))
    bytes += file_usage(path);
  return bytes;
}

Result<std::uint64_t> disk_usage(const std::string& directory) {
  std::uint64_t bytes = 0;
  for (const std::string& part : LOGQ_TRY(journal_directories(directory)))
    bytes += disk_usage_without_subdirectories(part).value_or(0);
  return bytes;
}

}  // namespace logq::journal
