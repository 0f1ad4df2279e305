#include "logq/source/standard_input.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

#include "base/io.h"
#include "base/unique_fd.h"

namespace logq::cli {
namespace {

constexpr const char* kName = "standard input";
constexpr const char* kPath = "/proc/self/fd/0";
constexpr std::size_t kChunkBytes = std::size_t{1} << 20;

tl::unexpected<Failure> failure_of(Literal call) {
  return failure(describe(kName, Error::system(errno, call)));
}

// Nobody who may not open it again can map it, although it can be read: it may have been opened
// with the rights of somebody else.
bool can_be_opened() {
  struct stat status {};
  return ::fstat(STDIN_FILENO, &status) == 0 && S_ISREG(status.st_mode) &&
         base::open_file(kPath, O_RDONLY | O_NONBLOCK).has_value();
}

Outcome<void> copy_input(int copy, std::uint64_t max_bytes) {
  std::vector<char> chunk(kChunkBytes);
  for (std::uint64_t copied = 0;;) {
    const ssize_t count = ::read(STDIN_FILENO, chunk.data(), chunk.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failure_of("read");
    if (count == 0) return {};
    copied += static_cast<std::uint64_t>(count);
    if (copied > max_bytes) {
      return failure(std::string(kName) + ": more than " + std::to_string(max_bytes >> 20) +
                     " MiB through a pipe: put it into a file and name that");
    }
    const std::string_view bytes(chunk.data(), static_cast<std::size_t>(count));
    if (const auto written = base::write_all(copy, bytes); !written) {
      return failure(describe("copy of standard input", written.error()));
    }
  }
}

}  // namespace

Outcome<std::string> path_of_standard_input(std::uint64_t max_bytes) {
  if (can_be_opened()) return std::string(kPath);
  if (::isatty(STDIN_FILENO) != 0) {
    return failure("-i -: standard input is a terminal; a journal file is expected there");
  }
  const base::UniqueFd copy(::memfd_create("logq-standard-input", MFD_CLOEXEC));
  if (!copy.is_open()) return failure_of("memfd_create");
  ::lseek(STDIN_FILENO, 0, SEEK_SET);  // of a file it is the whole, wherever its reader was
  if (const auto copied = copy_input(copy.get(), max_bytes); !copied) {
    return tl::unexpected<Failure>(copied.error());
  }
  if (::dup2(copy.get(), STDIN_FILENO) < 0) return failure_of("dup2");
  return std::string(kPath);
}

}  // namespace logq::cli
