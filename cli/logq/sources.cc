#include "logq/sources.h"

#include <stdlib.h>

#include <algorithm>
#include <set>

#include "base/ids.h"
#include "common/run.h"
#include "journal/directory.h"

namespace logq::cli {
namespace {

using journal::Journal;

// Collects what is said while the files are opened, then passes it on at once; the same line is
// never printed twice.
struct Complaints {
  bool immediate = false;
  std::vector<std::string> lines;
  std::set<std::string> said;

  void add(const std::string& line) {
    if (!said.insert(line).second) return;
    if (immediate) {
      print_error_line(line);
    } else {
      lines.push_back(line);
    }
  }
  void release() {
    for (const std::string& line : lines)
      print_error_line(line);
    lines.clear();
    immediate = true;
  }
};

journal::DamageCallback callback_of(const std::shared_ptr<Complaints>& complaints) {
  return [complaints](const std::string& path, const Error& error) {
    complaints->add(describe(path, error));
  };
}

bool is_open(Journal& journal, const std::string& path) {
  const std::vector<journal::FileReader*> files = journal.files();
  return std::any_of(files.begin(), files.end(),
                     [&path](const journal::FileReader* file) { return file->path() == path; });
}

Outcome<Source> open_named_files(const std::vector<std::string>& paths) {
  auto complaints = std::make_shared<Complaints>();
  auto journal = Journal::open_files(paths, callback_of(complaints));
  if (!journal) {
    if (complaints->lines.empty()) return failure(describe(paths.front(), journal.error()));
    return failure(complaints->lines.front());
  }
  for (const std::string& path : paths) {
    if (is_open(**journal, path) || complaints->lines.empty()) continue;
    return failure(complaints->lines.front());
  }
  complaints->release();
  return Source{std::move(*journal), false};
}

Outcome<Source> open_named_directory(const std::string& directory) {
  auto complaints = std::make_shared<Complaints>();
  auto journal = Journal::open_directory(directory, callback_of(complaints));
  if (!journal) return failure(describe(directory, journal.error()));
  const bool unreadable = (*journal)->files().empty() && !complaints->lines.empty();
  complaints->release();
  return Source{std::move(*journal), unreadable};
}

std::vector<std::string> default_directories() {
  const std::string machine = base::machine_id().to_string();
  return {"/var/log/journal/" + machine, "/run/log/journal/" + machine, user_storage_directory()};
}

Outcome<Source> open_defaults() {
  std::vector<std::string> directories;
  std::vector<std::string> paths;
  for (const std::string& directory : default_directories()) {
    const auto files = journal::journal_files(directory);
    if (!files || files->empty()) continue;  // no collector has stored anything there
    directories.push_back(directory);
    paths.insert(paths.end(), files->begin(), files->end());
  }
  if (directories.size() == 1) return open_named_directory(directories.front());

  auto complaints = std::make_shared<Complaints>();
  auto journal = Journal::open_files(paths, callback_of(complaints));
  if (!journal)
    return failure(describe(paths.empty() ? "journal" : paths.front(), journal.error()));
  const bool unreadable = (*journal)->files().empty() && !complaints->lines.empty();
  complaints->release();
  return Source{std::move(*journal), unreadable};
}

}  // namespace

std::string user_storage_directory() {
  const char* state = ::secure_getenv("XDG_STATE_HOME");
  if (state != nullptr && state[0] == '/') return std::string(state) + "/logq/journal";
  const char* home = ::secure_getenv("HOME");
  return std::string(home != nullptr ? home : "") + "/.local/state/logq/journal";
}

Outcome<Source> open_source(const Options& options) {
  if (!options.files.empty()) return open_named_files(options.files);
  if (!options.directory.empty()) return open_named_directory(options.directory);
  return open_defaults();
}

}  // namespace logq::cli
