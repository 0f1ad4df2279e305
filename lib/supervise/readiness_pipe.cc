#include "supervise/readiness_pipe.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>

#include "base/try.h"

namespace logq::supervise {

Result<base::UniqueFd> ReadinessPipe::open() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return fail(Error::system(errno, "pipe"));
  base::UniqueFd theirs(ends[1]);
  source_.reset();
  pipe_.reset(ends[0]);
  ::fcntl(pipe_.get(), F_SETFL, O_NONBLOCK);
  source_ = LOGQ_TRY(
      loop_.watch(pipe_.get(), EPOLLIN, Turn::kWord, [this](std::uint32_t /*events*/) { hear(); }));
  return theirs;
}

void ReadinessPipe::hear() {
  constexpr int kMostReads = 256;  // whoever writes without end must not keep us from all else
  for (int reads = 0; reads < kMostReads && pipe_.is_open(); ++reads) {
    std::array<char, 512> said{};
    const ssize_t size = ::read(pipe_.get(), said.data(), said.size());
    if (size < 0) return;  // nothing yet
    const std::string_view text(said.data(), static_cast<std::size_t>(size));
    const bool is_ready = text.find('\n') != std::string_view::npos;
    if (size > 0 && !is_ready) continue;
    source_.reset();
    pipe_.reset();  // also where it was closed: nothing will come
    if (is_ready) on_ready_();
  }
}

}  // namespace logq::supervise
