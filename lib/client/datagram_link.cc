#include "client/datagram_link.h"

#include <algorithm>
#include <array>
#include <cerrno>

namespace logq::client {

int DatagramLink::connect() {
  const int fd = calls_.open_socket(std::chrono::milliseconds(0));
  if (fd < 0) return fd;
  if (const int code = calls_.connect(fd, candidate_); code < 0) {
    calls_.close(fd);
    return code;
  }
  fd_ = fd;
  identity_ = calls_.identity(fd);
  return 0;
}

void DatagramLink::close() {
  // The application may have closed it, and opened something else there.
  if (fd_ >= 0 && calls_.identity(fd_) == identity_) calls_.close(fd_);
  fd_ = -1;
}

DatagramLink::Outcome DatagramLink::advance(Parcels& parcels,
                                            std::uint64_t now_usec,
                                            std::size_t parcels_at_most) {
  Outcome outcome;
  if (fd_ < 0) return outcome;
  if (calls_.identity(fd_) != identity_) {
    close();
    outcome.error = EBADF;
    return outcome;
  }
  while (parcels_at_most > 0 && !parcels.empty()) {
    Parcel& first = parcels.front();
    if (first.sent == 0) parcels.add_times_if_late(first, now_usec);
    int code = send_some(first);
    if (code == -EMSGSIZE || code == -ENOBUFS) code = send_as_file(first.entry(first.sent));
    if (code == -EAGAIN || code == -EINTR || code == -ENOMEM) break;
    if (code == -EMSGSIZE || code == -ENOBUFS || code == -EFBIG || code == -EMFILE ||
        code == -ENFILE) {
      outcome.too_large += first.is_report ? 0U : 1U;
      code = 1;
    } else if (code < 0) {
      close();
      outcome.error = -code;
      break;
    } else {
      outcome.sent += first.is_report ? 0U : static_cast<std::uint64_t>(code);
    }
    first.sent += static_cast<std::size_t>(code);
    if (!first.is_report) parcels.count_sent(static_cast<std::size_t>(code));
    if (first.sent < first.size()) continue;
    parcels.pop_front();
    --parcels_at_most;
  }
  return outcome;
}

// How many entries were sent, or why not even one.
int DatagramLink::send_some(const Parcel& parcel) {
  std::array<std::string_view, 64> entries;
  const std::size_t count = std::min(entries.size(), parcel.size() - parcel.sent);
  for (std::size_t i = 0; i < count; ++i)
    entries[i] = parcel.entry(parcel.sent + i);
  return calls_.send_many(fd_, std::span(entries).first(count));
}

int DatagramLink::send_as_file(std::string_view entry) {
  const int file = calls_.make_sealed_file(entry);
  if (file < 0) return file;
  const int code = calls_.send_descriptor(fd_, file, MSG_DONTWAIT | MSG_NOSIGNAL);
  calls_.close(file);
  return code < 0 ? code : 1;
}

bool DatagramLink::is_received() const {
  return fd_ < 0 || calls_.unreceived(fd_) <= 0;
}

}  // namespace logq::client
