// The kernel's socket calls, but for the answers that a test puts in their place.
#pragma once

#include <chrono>
#include <deque>
#include <string>
#include <vector>

#include "client/socket_calls.h"

namespace logq::test {

class FaultyCalls final : public client::SocketCalls {
 public:
  using SocketCandidate = client::SocketCandidate;

  int open_socket(std::chrono::milliseconds timeout) override { return real_.open_socket(timeout); }
  int connect(int fd, const SocketCandidate& candidate) override {
    connected_paths.push_back(candidate.path);
    return real_.connect(fd, candidate);
  }
  int send_bytes(int fd, std::string_view bytes, int flags) override {
    ++sends;
    last_flags = flags;
    const int answer = next(send_answers);
    return answer == 0 ? real_.send_bytes(fd, bytes, flags) : answer;
  }
  int send_many(int fd, std::span<const std::string_view> messages) override {
    ++sends;
    const int answer = next(send_answers);
    if (answer < 0) return answer;
    // More than 0: only so many.
    const std::size_t count =
        answer > 0 ? std::min(messages.size(), static_cast<std::size_t>(answer)) : messages.size();
    return real_.send_many(fd, messages.first(count));
  }
  int send_descriptor(int fd, int descriptor, int flags) override {
    return real_.send_descriptor(fd, descriptor, flags);
  }
  int open_packets(const SocketCandidate& candidate) override {
    return real_.open_packets(candidate);
  }
  int receive(int fd, std::span<char> message) override { return real_.receive(fd, message); }
  std::uint64_t identity(int fd) override { return real_.identity(fd); }
  int make_sealed_file(std::string_view bytes) override {
    return file_answer < 0 ? file_answer : real_.make_sealed_file(bytes);
  }
  int unreceived(int fd) override { return real_.unreceived(fd); }
  std::chrono::steady_clock::time_point now() override { return time; }
  void close(int fd) override { real_.close(fd); }

  std::vector<int> send_answers;  // taken one by one; 0, and when empty: the kernel's
  int file_answer = 0;
  int sends = 0;
  int last_flags = 0;
  std::vector<std::string> connected_paths;
  std::chrono::steady_clock::time_point time{};

 private:
  static int next(std::vector<int>& answers) {
    if (answers.empty()) return 0;
    const int answer = answers.front();
    answers.erase(answers.begin());
    return answer;
  }

  SocketCalls& real_ = SocketCalls::system();
};

}  // namespace logq::test
