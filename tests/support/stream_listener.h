// A stdout socket of a test's own: accepts streams and lets the test read them when it wants.
#pragma once

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>
#include <utility>

#include "base/unique_fd.h"
#include "support/child_process.h"
#include "support/unix_socket.h"

namespace logq::test {

class StreamListener {
 public:
  explicit StreamListener(std::string path)
      : path_(std::move(path)),
        fd_(bind_unix(path_, SOCK_STREAM)) {}

  [[nodiscard]] const std::string& path() const { return path_; }

  // The next connection; not open when none comes.
  [[nodiscard]] base::UniqueFd accept() const {
    if (!is_readable(fd_.get())) return {};
    return base::UniqueFd(::accept4(fd_.get(), nullptr, nullptr, SOCK_CLOEXEC));
  }

  // What comes in until the stream ends or `bytes` are there.
  static std::string read(int fd, std::size_t bytes = std::string::npos) {
    std::string text;
    std::array<char, 4096> piece{};
    while (text.size() < bytes) {
      if (!is_readable(fd)) break;
      const ssize_t count = ::read(fd, piece.data(), piece.size());
      if (count <= 0) break;
      text.append(piece.data(), static_cast<std::size_t>(count));
    }
    return text;
  }

 private:
  static bool is_readable(int fd) {
    pollfd ready{fd, POLLIN, 0};
    return ::poll(&ready, 1, static_cast<int>(std::chrono::milliseconds(kHangs).count())) == 1;
  }

  std::string path_;
  base::UniqueFd fd_;
};

}  // namespace logq::test
