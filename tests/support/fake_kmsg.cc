#include "support/fake_kmsg.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

#include "support/child_process.h"

namespace logq::test {
namespace {

constexpr int kPipeBytes = 1 << 20;  // a page for every record: 256 records

}  // namespace

FakeKmsg::FakeKmsg() {
  if (::mkfifo(path().c_str(), 0600) < 0) throw std::runtime_error("mkfifo failed");
  fd_ = ::open(path().c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
  // Packets: a read ends where a write did. Not accepted by open(2) for a fifo.
  if (fd_ < 0 || ::fcntl(fd_, F_SETFL, O_NONBLOCK | O_DIRECT) < 0) {
    throw std::runtime_error("no packets in fifos here");
  }
  ::fcntl(fd_, F_SETPIPE_SZ, kPipeBytes);
}

FakeKmsg::~FakeKmsg() {
  ::close(fd_);
}

void FakeKmsg::send(std::string_view record) const {
  const bool sent = wait_until([&] {
    return ::write(fd_, record.data(), record.size()) == static_cast<ssize_t>(record.size());
  });
  if (!sent) throw std::runtime_error("nobody reads the kernel's messages");
}

void FakeKmsg::send_message(std::uint64_t sequence, std::string_view text) const {
  const std::string number = std::to_string(sequence);
  send("6," + number + "," + std::to_string(1'000'000 + sequence) + ",-;" + std::string(text) +
       "\n");
}

std::string FakeKmsg::take() const {
  std::string all;
  std::array<char, 4096> bytes{};
  while (true) {
    const ssize_t size = ::read(fd_, bytes.data(), bytes.size());
    if (size <= 0) return all;
    all.append(bytes.data(), static_cast<std::size_t>(size));
  }
}

void FakeKmsg::wait_until_read() const {
  const bool read = wait_until([&] {
    int left = 0;
    return ::ioctl(fd_, FIONREAD, &left) == 0 && left == 0;
  });
  if (!read) throw std::runtime_error("nobody reads the kernel's messages");
}

}  // namespace logq::test
