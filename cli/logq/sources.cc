#include "logq/sources.h"

#include <stdlib.h>

#include <algorithm>

#include "base/ids.h"
#include "journal/directory.h"

namespace logq::cli {
namespace {

using journal::Journal;

bool is_open(Journal& journal, const std::string& path) {
  const std::vector<journal::FileReader*> files = journal.files();
  return std::any_of(files.begin(), files.end(),
                     [&path](const journal::FileReader* file) { return file->path() == path; });
}

Outcome<Source> open_named_files(const std::vector<std::string>& paths) {
  auto damage = DamageReport::create();
  auto journal = Journal::open_files(paths, DamageReport::callback(damage));
  if (!journal) {
    if (damage->empty()) return failure(describe(paths.front(), journal.error()));
    return failure(damage->first_line());
  }
  for (const std::string& path : paths) {
    if (is_open(**journal, path) || damage->empty()) continue;
    return failure(damage->first_line());
  }
  damage->release();
  return Source{std::move(*journal), std::move(damage), true, false};
}

Outcome<Source> open_named_directory(const std::string& directory) {
  auto damage = DamageReport::create();
  auto journal = Journal::open_directory(directory, DamageReport::callback(damage));
  if (!journal) return failure(describe(directory, journal.error()));
  const bool unreadable = (*journal)->files().empty() && !damage->empty();
  damage->release();
  return Source{std::move(*journal), std::move(damage), false, unreadable};
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

  auto damage = DamageReport::create();
  auto journal = Journal::open_files(paths, DamageReport::callback(damage));
  if (!journal)
    return failure(describe(paths.empty() ? "journal" : paths.front(), journal.error()));
  const bool unreadable = (*journal)->files().empty() && !damage->empty();
  damage->release();
  return Source{std::move(*journal), std::move(damage), false, unreadable};
}

}  // namespace

bool Source::is_failure() const {
  return nothing_readable || (named_files && damage->any_truncated());
}

std::string user_storage_directory() {
  const char* state = ::secure_getenv("XDG_STATE_HOME");
  if (state != nullptr && state[0] == '/') return std::string(state) + "/logq/journal";
  const char* home = ::secure_getenv("HOME");
  return std::string(home != nullptr ? home : "") + "/.local/state/logq/journal";
}

Outcome<Source> open_source(const Options& options) {
  if (!options.source.files.empty()) return open_named_files(options.source.files);
  if (!options.source.directory.empty()) return open_named_directory(options.source.directory);
  return open_defaults();
}

}  // namespace logq::cli
