// Small file helpers over POSIX calls: EINTR is retried where that is correct, everything is opened
// close-on-exec, and failures carry the errno of the call that failed.
#pragma once

#include <fcntl.h>
#include <sys/types.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/unique_fd.h"
#include "logq/result.h"

namespace logq::base {

// open(2) with O_CLOEXEC added.
Result<UniqueFd> open_file(const std::string& path, int flags, mode_t mode = 0);
Result<UniqueFd> open_file_at(int dir_fd, const std::string& path, int flags, mode_t mode = 0);

// Everything up to `max_bytes` of a file that may be on /proc (no size known); longer files are
// cut.
Result<std::string> read_small_file(const std::string& path, std::size_t max_bytes = 1 << 20);
// The same from an open descriptor, from its current position.
Result<std::string> read_all(int fd, std::size_t max_bytes);

Result<void> write_all(int fd, std::string_view bytes);

// Replaces `path` atomically: a temporary file beside it, written, synced when asked, and renamed.
enum class Durability { kNone, kSynced };
Result<void> replace_file(const std::string& path,
                          std::string_view bytes,
                          mode_t mode,
                          Durability durability = Durability::kNone);

// fsync of the directory that holds `path`, so that a created or renamed name survives power loss.
Result<void> sync_parent_directory(const std::string& path);

[[nodiscard]] bool exists(const std::string& path);

// What stat(2) counts blocks in, in bytes.
inline constexpr std::uint64_t kStatBlock = 512;

// mkdir -p. Directories that are made get `mode`; existing ones are left as they are.
Result<void> make_directories(const std::string& path, mode_t mode);

}  // namespace logq::base
