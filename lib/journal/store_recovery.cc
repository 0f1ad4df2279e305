#include "journal/store_recovery.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <string_view>

#include "base/io.h"
#include "journal/archive_name.h"
#include "journal/file_header.h"
#include "journal/file_names.h"
#include "journal/own_profile.h"

namespace logq::journal {
namespace {

constexpr std::string_view kUnclean = ".unclean.journal";

bool is_own_and_online(const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) < 0 || !S_ISREG(status.st_mode)) return false;
  const auto header = read_file_header(path);
  // Whether the rest of the header makes sense is for the salvage to say.
  return header && header->state == FileState::kOnline && is_own_profile(*header);
}

void mark_unclean(const std::string& path, const std::string& stem, Settled& settled) {
  const std::string target = stem + std::string(kUnclean);
  const auto renamed = rename_without_replacing(path, target).and_then([&target] {
    return base::sync_parent_directory(target);
  });
  if (renamed) {
    settled.unclean.push_back(target);
  } else {
    settled.troubles.push_back({path, renamed.error()});
  }
}

// Only what is no journal file yet, or an empty one, is removed; not one that cannot be read today.
void settle_next(const std::string& path, const std::string& stem, Settled& settled) {
  const auto header = read_file_header(path);
  if (header && header->n_entries > 0) return mark_unclean(path, stem, settled);
  if (header || header.error().code != Errc::kSystem) {
    ::unlink(path.c_str());
  } else if (header.error().sys_errno != ENOENT) {
    settled.troubles.push_back({path, header.error()});
  }
}

// Names of the store's files that are no longer active, as they are before anything is done.
std::vector<std::string> other_files(const JournalPath& where) {
  std::vector<std::string> names;
  std::error_code error;
  const std::string directory = where.directory.empty() ? "." : where.directory;
  for (std::filesystem::directory_iterator file(directory, error), end; !error && file != end;
       file.increment(error)) {
    std::string name = file->path().filename().string();
    if (!std::filesystem::is_regular_file(file->symlink_status(error))) continue;
    if (name.starts_with(where.base + "@") && name.ends_with(".journal")) {
      names.push_back(std::move(name));
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

std::string next_file_path(const std::string& active_path) {
  return active_path + ".next";
}

Settled settle_interrupted_rotation(const std::string& active_path, const WriterOptions& options) {
  const JournalPath where = JournalPath::split(active_path);
  Settled settled;
  for (const std::string& name : other_files(where)) {
    const std::string path = where.directory + name;
    if (name.ends_with(kUnclean)) {
      settled.unclean.push_back(path);
      continue;
    }
    if (!ArchiveName::parse(name) || !is_own_and_online(path)) continue;
    if (FileWriter::finish_interrupted_archive(path, options)) continue;
    mark_unclean(path, path.substr(0, path.rfind(".journal")), settled);
  }
  settle_next(next_file_path(active_path), where.directory + where.base + "@next", settled);
  return settled;
}

}  // namespace logq::journal
