#include "integration/input_sending.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>
#include <tuple>

#include "support/child_process.h"

namespace logq::test {
namespace {

// Writes and, for another process's bytes, waits until the peer has looked at who wrote.
class StreamWriter {
 public:
  explicit StreamWriter(InputPeer& peer) : peer_(peer), stream_(peer.open_stream()) {}

  void write(const StreamStep& step) {
    if (step.by_another_process) {
      write_from_child(step.bytes);
    } else {
      send_all(step.bytes);
      peer_.sync();
    }
  }

 private:
  // A peer that refuses the header closes the connection: that is a result, not a failure.
  void send_all(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(stream_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  // The child lives until the peer has read what it sent, and with it who it is.
  void write_from_child(std::string_view bytes) {
    int done[2] = {-1, -1};
    if (::pipe2(done, O_CLOEXEC) < 0) throw std::runtime_error("pipe2 failed");
    base::UniqueFd reader(done[0]);
    base::UniqueFd writer(done[1]);
    const pid_t child = ::fork();
    if (child == 0) {
      send_all(bytes);
      std::ignore = ::write(writer.get(), "x", 1);
      while (true)
        ::pause();
    }
    char byte = 0;
    std::ignore = ::read(reader.get(), &byte, 1);
    peer_.sync();
    signal_process(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
  }

  InputPeer& peer_;
  base::UniqueFd stream_;
};

}  // namespace

namespace {

// logqd lets users take turns: only those of one keep their order without waiting.
bool is_of_another_user(const InputSample& sample) {
  return sample.uid != ::getuid();
}

}  // namespace

Stored send_all_native(InputPeer peer, const InputSamples& samples) {
  for (const InputSample& sample : samples) {
    peer.mark_native();
    if (is_of_another_user(sample)) peer.sync();
    const std::vector<base::UniqueFd> descriptors =
        sample.descriptors ? sample.descriptors() : std::vector<base::UniqueFd>();
    peer.send_native({sample.bytes, descriptors, sample.uid});
    // More than some datagrams do not wait for the files of their senders.
    if (!descriptors.empty() || is_of_another_user(sample)) peer.sync();
  }
  peer.sync();
  return peer.stored();
}

Stored send_all_syslog(InputPeer peer, const InputSamples& samples) {
  for (const InputSample& sample : samples) {
    peer.mark_syslog();
    if (is_of_another_user(sample)) peer.sync();
    peer.send_syslog({sample.bytes, {}, sample.uid});
    if (is_of_another_user(sample)) peer.sync();
  }
  peer.sync();
  return peer.stored();
}

Stored send_all_streams(InputPeer peer, const StreamSamples& samples) {
  for (const StreamSample& sample : samples) {
    peer.mark_native();  // stored once the stream is open
    {
      StreamWriter writer(peer);
      for (const StreamStep& step : sample.steps)
        writer.write(step);
    }
    peer.sync();
  }
  return peer.stored();
}

}  // namespace logq::test
