#include "logq/show/cursor_file.h"

#include <sys/stat.h>

#include <cerrno>

#include "base/io.h"
#include "base/try.h"

namespace logq::cli {
namespace {

constexpr std::size_t kMostBytes = 4096;  // a cursor has less than 200
constexpr mode_t kMode = 0644;

mode_t current_umask() {
  const mode_t mask = ::umask(0);  // it cannot be read without being set
  ::umask(mask);
  return mask;
}

}  // namespace

Result<std::optional<std::string>> read_cursor_file(const std::string& path) {
  const Result<std::string> text = base::read_small_file(path, kMostBytes);
  if (!text && text.error().sys_errno == ENOENT) return std::nullopt;
  if (!text) return fail(text.error());
  return text->substr(0, text->find('\n'));
}

Result<void> write_cursor_file(const std::string& path, const std::string& cursor) {
  struct stat status {};
  const bool is_special = ::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode);
  if (!is_special) return base::replace_file(path, cursor + "\n", kMode & ~current_umask());
  const base::UniqueFd fd = LOGQ_TRY(base::open_file(path, O_WRONLY | O_NOCTTY));
  return base::write_all(fd.get(), cursor + "\n");
}

}  // namespace logq::cli
