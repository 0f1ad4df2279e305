// NotifySocket: where one service says how it is, $NOTIFY_SOCKET. It has a socket of its own, so
// that whose word it is is known though the sender may be gone. Not thread-safe.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "base/unique_fd.h"
#include "logq/result.h"
#include "wire/notify_message.h"

namespace logq::supervise {

class NotifySocket {
 public:
  // A socket at `path` that everybody may send to; one that is there is replaced.
  [[nodiscard]] static Result<NotifySocket> open(const std::string& path);
  NotifySocket(NotifySocket&&) = default;
  NotifySocket& operator=(NotifySocket&&) = default;
  NotifySocket(const NotifySocket&) = delete;
  NotifySocket& operator=(const NotifySocket&) = delete;
  ~NotifySocket();

  struct Received {
    pid_t pid = 0;  // of the sender, by the kernel's word
    uid_t uid = 0;
    wire::NotifyMessage message;  // views into the socket's memory, until the next call
    std::vector<base::UniqueFd> descriptors;
    std::string complaint;  // not empty: nothing of it can be believed, and why
  };
  // Nothing where there is none.
  [[nodiscard]] std::optional<Received> receive();

  [[nodiscard]] int fd() const { return fd_.get(); }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  NotifySocket(base::UniqueFd fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}

  base::UniqueFd fd_;
  std::string path_;
  std::vector<char> buffer_;
};

}  // namespace logq::supervise
