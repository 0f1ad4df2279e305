#include "collect/flushed_directory.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <string_view>
#include <vector>

#include "base/io.h"
#include "collect/flush.h"
#include "collect/working_directory.h"
#include "journal/directory.h"
#include "journal/file_names.h"

namespace logq::collect {
namespace {

namespace fs = std::filesystem;

std::string flushed_name(const std::string& directory) {
  return directory + ".flushed";
}

// By its name; `.next` is made ahead, `.new` and the like are what an interrupted writer leaves.
bool is_ours(std::string_view name) {
  const std::string_view note = kFlushNote;
  return journal::is_journal_name(name) || name == kStorageLock || name == note ||
         name.starts_with(std::string(note) + ".") || name.ends_with(".journal.next") ||
         name.ends_with(".journal.new") || name.ends_with(".journal.salvage") ||
         name.ends_with(".journal.salvage.new");
}

}  // namespace

void keep_damaged(const std::string& path,
                  const std::function<void(const std::string& line)>& diagnose) {
  std::error_code unknown;
  if (fs::symlink_status(path, unknown).type() != fs::file_type::regular)
    return;  // goes back anyway
  const std::string kept = path + ".damaged";
  const auto renamed = journal::rename_without_replacing(path, kept);
  diagnose(renamed.has_value()
               ? kept + ": kept, not all of it could be flushed"
               : path + ": cannot be kept as " + kept + ": " + renamed.error().message());
}

Result<void> rename_flushed(const std::string& directory) {
  if (::rename(directory.c_str(), flushed_name(directory).c_str()) < 0) {
    return fail(Error::system(errno, "rename flushed directory"));
  }
  return {};
}

void remove_flushed(const std::string& directory,
                    const std::function<void(const std::string& line)>& diagnose) {
  const std::string flushed = flushed_name(directory);
  std::error_code error;
  // A link would lead to a directory that was never ours.
  if (fs::symlink_status(flushed, error).type() != fs::file_type::directory) return;
  std::vector<std::string> foreign;
  for (fs::directory_iterator file(flushed, error), end; !error && file != end;
       file.increment(error)) {
    const std::string name = file->path().filename().string();
    std::error_code unknown;
    const bool is_directory = file->symlink_status(unknown).type() == fs::file_type::directory;
    const bool gone = !is_directory && is_ours(name) && ::unlink(file->path().c_str()) == 0;
    if (!gone) foreign.push_back(name);
  }
  if (!foreign.empty()) std::ignore = base::make_directories(directory, 0755);
  for (const std::string& name : foreign) {
    std::string from = flushed;
    from.append("/").append(name);
    const auto moved = journal::rename_without_replacing(from, directory + "/" + name);
    if (!moved.has_value()) {
      diagnose(from + ": cannot go back to " + directory + ": " + moved.error().message());
    }
  }
  std::ignore = ::rmdir(flushed.c_str());
}

}  // namespace logq::collect
