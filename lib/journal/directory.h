// Finding journal files in directories, and noticing when they change.
#pragma once

#include <time.h>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/unique_fd.h"
#include "logq/result.h"

struct inotify_event;

namespace logq::journal {

// `*.journal` and `*.journal~`.
[[nodiscard]] bool is_journal_name(std::string_view name);

// Whether a directory can be read. Errors: kSystem.
Result<void> check_readable(const std::string& directory);

// Paths in one directory, sorted by name.
struct DirectoryContents {
  std::vector<std::string> files;     // by the names of journal files
  std::vector<std::string> machines;  // subdirectories named by a machine id
};

// Errors: kSystem.
Result<DirectoryContents> read_directory(const std::string& directory);

// Tells, without reading them again, that the names in a directory are what they were.
class DirectoryStamp {
 public:
  // To be taken before the names are read.
  static DirectoryStamp of(const std::string& directory);
  // False when names may have been made or removed since.
  [[nodiscard]] bool is_unchanged() const;

 private:
  explicit DirectoryStamp(std::string directory) : directory_(std::move(directory)) {}

  std::string directory_;
  struct timespec changed_ {};  // 0: there was no directory
  bool is_conclusive_ = false;  // the next change will leave another time
};

// The directories that `directory` stands for: itself and its subdirectories named by a machine id.
// Errors: kSystem (`directory` itself cannot be read).
Result<std::vector<std::string>> journal_directories(const std::string& directory);

[[nodiscard]] bool is_directory(const std::string& path);

// Paths of the journal files in one directory, sorted by name.
Result<std::vector<std::string>> journal_files(const std::string& directory);

// An inotify descriptor on some directories. Not thread-safe.
class DirectoryWatch {
 public:
  struct Event {
    enum class Kind {
      kChanged,    ///< created, written to, or moved here
      kGone,       ///< deleted, or moved away
      kDirectory,  ///< a subdirectory appeared, or a watched directory went away
      kOverflow,   ///< events were lost: look at everything again
    };
    Kind kind = Kind::kChanged;
    std::string directory;
    std::string name;
  };

  static Result<DirectoryWatch> create();

  // Watches one more directory; nothing happens when it is watched already.
  Result<void> add(const std::string& directory);
  // Watches only for subdirectories that appear in it. Files that are made there wake us too but
  // give no event; what is written to them does not.
  Result<void> add_for_subdirectories(const std::string& directory);
  [[nodiscard]] int fd() const { return fd_.get(); }
  // Reads what has happened, in order, without waiting.
  Result<void> read_events(const std::function<void(const Event&)>& visit);

 private:
  explicit DirectoryWatch(base::UniqueFd fd) : fd_(std::move(fd)) {}
  struct Watched {
    int descriptor = -1;
    bool files = false;  // or subdirectories only
    std::string directory;
  };
  Result<void> add(const std::string& directory, bool files);
  [[nodiscard]] Watched* find(int descriptor);
  void forget(int descriptor);
  [[nodiscard]] std::optional<Event> translate(const inotify_event& event, std::string name);

  base::UniqueFd fd_;
  std::vector<Watched> watched_;
};

}  // namespace logq::journal
