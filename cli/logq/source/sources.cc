#include "logq/source/sources.h"

#include <sys/stat.h>

#include <algorithm>

#include "common/run.h"
#include "journal/directory.h"
#include "logq/source/container.h"
#include "logq/source/default_directories.h"
#include "logq/source/standard_input.h"

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
  damage->release(false);
  return Source{std::move(*journal), std::move(damage), true, false};
}

Outcome<Source> with_report(std::unique_ptr<Journal> journal,
                            std::shared_ptr<DamageReport> damage,
                            bool quiet) {
  const bool unreadable = !journal->has_files() && !damage->empty();
  if (unreadable && damage->all_denied()) {
    return failure("no journal files were opened due to insufficient permissions; " +
                   damage->permission_hint());
  }
  damage->release(quiet);
  return Source{std::move(journal), std::move(damage), false, unreadable};
}

Outcome<Source> open_named_directory(const Options& options) {
  auto damage = DamageReport::create();
  auto journal = Journal::open_directory(*options.source.directory, DamageReport::callback(damage),
                                         file_filter(options.source));
  if (!journal) return failure(describe(*options.source.directory, journal.error()));
  return with_report(std::move(*journal), std::move(damage), options.display.quiet);
}

Outcome<Source> open_defaults(const Options& options) {
  const std::vector<std::string> directories = default_directories(options.source);
  auto damage = DamageReport::create();
  auto journal = Journal::open_directories(directories, DamageReport::callback(damage),
                                           file_filter(options.source));
  if (!journal) return failure(describe(directories.front(), journal.error()));
  return with_report(std::move(*journal), std::move(damage), options.display.quiet);
}

// Of a directory that cannot be read nothing is left but a complaint.
void add_subdirectories(const std::string& directory, std::vector<std::string>& directories) {
  const auto found = journal::journal_directories(directory);
  if (found) directories.insert(directories.end(), found->begin(), found->end());
}

bool is_directory(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

}  // namespace

bool Source::is_failure() const {
  return nothing_readable || (named_files && damage->any_truncated());
}

Outcome<void> find_source(SourceOptions& source) {
  if (source.standard_input) {
    Outcome<std::string> path = path_of_standard_input();
    if (!path) return tl::unexpected<Failure>(path.error());
    source.files = {std::move(*path)};
  }
  if (!source.machine.empty()) {
    Outcome<std::string> root = container_root(source.machine);
    if (!root) return tl::unexpected<Failure>(root.error());
    source.root = std::move(*root);
  }
  return {};
}

Outcome<std::vector<std::string>> source_directories(const Options& options) {
  std::vector<std::string> directories;
  if (options.source.directory) {
    const auto found = journal::journal_directories(*options.source.directory);
    if (!found) return failure(describe(*options.source.directory, found.error()));
    return *found;
  }
  for (const std::string& directory : default_directories(options.source)) {
    if (is_directory(directory)) add_subdirectories(directory, directories);
  }
  return directories;
}

Outcome<std::vector<std::string>> source_files(const Options& options) {
  if (!options.source.files.empty()) return options.source.files;
  const auto directories = source_directories(options);
  if (!directories) return tl::unexpected<Failure>(directories.error());
  const auto wanted = file_filter(options.source);
  std::vector<std::string> paths;
  for (const std::string& directory : *directories) {
    const auto found = journal::journal_files(directory);
    if (!found) return failure(describe(directory, found.error()));
    for (const std::string& path : *found) {
      if (!wanted || wanted(path)) paths.push_back(path);
    }
  }
  return paths;
}

Outcome<Source> open_source(const Options& options) {
  if (!options.source.files.empty()) return open_named_files(options.source.files);
  if (options.source.directory) return open_named_directory(options);
  return open_defaults(options);
}

}  // namespace logq::cli
