// PacedClient: somebody who logs numbered entries at a steady rate while the collector is killed
// again and again, and knows afterwards which of them must be stored.
//
// An entry's message is "k NAME.CONNECTION.NUMBER" in fixed width, so that all that a client sends
// at a time has one size: what sits unread in a socket can be counted. Runs on a thread of its own.
#pragma once

#include <atomic>
#include <cstddef>
#include <mutex>
#include <string>
#include <vector>

#include "base/unique_fd.h"

namespace logq::test {

class PacedClient {
 public:
  enum class Kind { kNative, kNativeBurst, kSyslog, kStream };

  PacedClient(Kind kind, std::string path, std::size_t per_second);

  // Until `over`. Connects again whenever the collector went away.
  void run(const std::atomic<bool>& over);

  // Nothing is sent in between.
  void pause() { mutex_.lock(); }
  void go_on() { mutex_.unlock(); }
  // While paused: what nobody has read yet of the connection will be lost with it.
  void give_up_unread();

  [[nodiscard]] char name() const { return name_; }
  // Of each connection the number of entries that were sent, but for those given up.
  [[nodiscard]] const std::vector<std::size_t>& taken() const { return taken_; }
  [[nodiscard]] std::size_t sent() const { return sent_; }
  [[nodiscard]] std::size_t given_up() const { return given_up_; }
  // The message of an entry.
  [[nodiscard]] std::string text(std::size_t connection, std::size_t number) const;

 private:
  bool connect();
  bool send_next();
  [[nodiscard]] std::string bytes(std::size_t first) const;
  [[nodiscard]] std::size_t at_once() const { return kind_ == Kind::kNativeBurst ? 10 : 1; }

  Kind kind_;
  char name_;
  std::string path_;
  std::size_t per_second_;
  std::mutex mutex_;
  base::UniqueFd socket_;
  bool is_connected_ = false;
  std::size_t unit_ = 0;  // what one message takes in a socket, as the kernel counts
  std::vector<std::size_t> taken_;
  std::size_t sent_ = 0;
  std::size_t given_up_ = 0;
};

}  // namespace logq::test
