#include "journal/directory.h"

#include <dirent.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

#include "base/try.h"
#include "logq/id128.h"

namespace logq::journal {
namespace {

constexpr std::uint32_t kLoss = IN_DELETE_SELF | IN_MOVE_SELF;
constexpr std::uint32_t kAppearance = IN_CREATE | IN_MOVED_TO | kLoss;
constexpr std::uint32_t kFileEvents =
    kAppearance | IN_MODIFY | IN_ATTRIB | IN_MOVED_FROM | IN_DELETE;
// A directory may be watched for two reasons: a later, smaller mask must not replace the first.
constexpr std::uint32_t kHow = IN_ONLYDIR | IN_MASK_ADD;

// Some file systems tell times in steps of so many seconds.
constexpr time_t kTimeStep = 2;

struct DirectoryCloser {
  void operator()(DIR* directory) const { ::closedir(directory); }
};

// The names in a directory, in no particular order.
Result<std::vector<std::string>> read_names(const std::string& directory) {
  const std::unique_ptr<DIR, DirectoryCloser> open(::opendir(directory.c_str()));
  if (open == nullptr) return fail(Error::system(errno, "opendir"));
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* entry = ::readdir(open.get()))
    names.emplace_back(entry->d_name);
  if (errno != 0) return fail(Error::system(errno, "readdir"));
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

bool is_directory(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

bool is_journal_name(std::string_view name) {
  return name.ends_with(".journal") || name.ends_with(".journal~");
}

Result<void> check_readable(const std::string& directory) {
  const std::unique_ptr<DIR, DirectoryCloser> open(::opendir(directory.c_str()));
  if (open == nullptr) return fail(Error::system(errno, "opendir"));
  return {};
}

Result<DirectoryContents> read_directory(const std::string& directory) {
  DirectoryContents contents;
  for (const std::string& name : LOGQ_TRY(read_names(directory))) {
    const bool is_file = is_journal_name(name);
    if (!is_file && !Id128::parse(name)) continue;
    std::string path;
    path.reserve(directory.size() + 1 + name.size());
    path.append(directory).append("/").append(name);
    if (is_file) {
      contents.files.push_back(std::move(path));
    } else if (is_directory(path)) {
      contents.machines.push_back(std::move(path));
    }
  }
  return contents;
}

Result<std::vector<std::string>> journal_directories(const std::string& directory) {
  std::vector<std::string> directories{directory};
  for (std::string& machine : LOGQ_TRY(read_directory(directory)).machines)
    directories.push_back(std::move(machine));
  return directories;
}

Result<std::vector<std::string>> journal_files(const std::string& directory) {
  return LOGQ_TRY(read_directory(directory)).files;
}

DirectoryStamp DirectoryStamp::of(const std::string& directory) {
  DirectoryStamp stamp(directory);
  struct stat status {};
  if (::stat(directory.c_str(), &status) < 0) {
    stamp.is_conclusive_ = errno == ENOENT;
    return stamp;
  }
  stamp.changed_ = status.st_mtim;
  struct timespec now {};
  ::clock_gettime(CLOCK_REALTIME, &now);
  stamp.is_conclusive_ =
      status.st_mtim.tv_sec > 0 && status.st_mtim.tv_sec < now.tv_sec - kTimeStep;
  return stamp;
}

bool DirectoryStamp::is_unchanged() const {
  if (!is_conclusive_) return false;
  struct stat status {};
  if (::stat(directory_.c_str(), &status) < 0) return errno == ENOENT && changed_.tv_sec == 0;
  return status.st_mtim.tv_sec == changed_.tv_sec && status.st_mtim.tv_nsec == changed_.tv_nsec;
}

Result<DirectoryWatch> DirectoryWatch::create() {
  base::UniqueFd fd(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  if (!fd.is_open()) return fail(Error::system(errno, "inotify_init1"));
  return DirectoryWatch(std::move(fd));
}

Result<void> DirectoryWatch::add(const std::string& directory) {
  return add(directory, true);
}

Result<void> DirectoryWatch::add_for_subdirectories(const std::string& directory) {
  return add(directory, false);
}

Result<void> DirectoryWatch::add(const std::string& directory, bool files) {
  const std::uint32_t events = files ? kFileEvents : kAppearance;
  const int descriptor = ::inotify_add_watch(fd_.get(), directory.c_str(), events | kHow);
  if (descriptor < 0) return fail(Error::system(errno, "inotify_add_watch"));
  if (Watched* known = find(descriptor)) {
    // Files are named after the directory that they were asked for by.
    if (files && !known->files) *known = {descriptor, true, directory};
  } else {
    watched_.push_back({descriptor, files, directory});
  }
  return {};
}

DirectoryWatch::Watched* DirectoryWatch::find(int descriptor) {
  const auto found =
      std::find_if(watched_.begin(), watched_.end(),
                   [descriptor](const Watched& other) { return other.descriptor == descriptor; });
  return found == watched_.end() ? nullptr : &*found;
}

void DirectoryWatch::forget(int descriptor) {
  std::erase_if(watched_,
                [descriptor](const Watched& other) { return other.descriptor == descriptor; });
}

std::optional<DirectoryWatch::Event> DirectoryWatch::translate(const inotify_event& event,
                                                               std::string name) {
  if ((event.mask & IN_Q_OVERFLOW) != 0) return Event{Event::Kind::kOverflow, {}, {}};
  const Watched* watched = find(event.wd);
  if (watched == nullptr) return std::nullopt;
  if ((event.mask & (IN_IGNORED | kLoss)) != 0) {
    Event gone{Event::Kind::kDirectory, watched->directory, {}};
    // Where it has moved to is not our business; one that was deleted is no longer watched anyway.
    ::inotify_rm_watch(fd_.get(), event.wd);
    forget(event.wd);
    return gone;
  }
  if (name.empty()) return std::nullopt;
  if ((event.mask & IN_ISDIR) != 0) {
    return Event{Event::Kind::kDirectory, watched->directory, std::move(name)};
  }
  if (!watched->files) return std::nullopt;
  const bool gone = (event.mask & (IN_MOVED_FROM | IN_DELETE)) != 0;
  return Event{gone ? Event::Kind::kGone : Event::Kind::kChanged, watched->directory,
               std::move(name)};
}

Result<void> DirectoryWatch::read_events(const std::function<void(const Event&)>& visit) {
  std::array<char, 16384> buffer{};
  while (true) {
    const ssize_t got = ::read(fd_.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return {};
    if (got < 0) return fail(Error::system(errno, "read of inotify"));
    if (got == 0) return {};
    std::size_t at = 0;
    while (at + sizeof(inotify_event) <= static_cast<std::size_t>(got)) {
      inotify_event event{};
      std::memcpy(&event, buffer.data() + at, sizeof(event));
      const char* name = buffer.data() + at + sizeof(event);
      at += sizeof(event) + event.len;
      const auto told = translate(event, std::string(name, ::strnlen(name, event.len)));
      if (told) visit(*told);
    }
  }
}

}  // namespace logq::journal
