// A stand-in for /dev/kmsg: a fifo that gives each record with one read(2), as the device does.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "support/temp_dir.h"

namespace logq::test {

class FakeKmsg {
 public:
  FakeKmsg();
  FakeKmsg(const FakeKmsg&) = delete;
  FakeKmsg& operator=(const FakeKmsg&) = delete;
  ~FakeKmsg();

  [[nodiscard]] std::string path() const { return directory_.path() + "/kmsg"; }
  // Queues a record of any bytes, at most 4096; waits for a reader while there is no room.
  void send(std::string_view record) const;
  // A whole record of the kernel's own: "6,SEQUENCE,USEC,-;TEXT\n".
  void send_message(std::uint64_t sequence, std::string_view text) const;
  // Takes back what nobody has read, or what others have written.
  std::string take() const;
  void discard() const { take(); }
  // Waits until everything has been read; throws std::runtime_error when nobody does.
  void wait_until_read() const;

 private:
  TempDir directory_;
  int fd_ = -1;
};

}  // namespace logq::test
