// Finding journal files in directories, and noticing when they change.
#pragma once

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
