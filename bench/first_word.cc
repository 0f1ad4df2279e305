// A service that says when it began: the time of CLOCK_MONOTONIC, in nanoseconds, taken before
// anything else, as a datagram to the socket that is named. Then it is idle.
//
//     first_word SOCKET
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <cstdint>

int main(int count, char** arguments) {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  if (count != 2) return 2;
  const std::int64_t nsec = std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  ::strncpy(address.sun_path, arguments[1], sizeof address.sun_path - 1);
  const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (::sendto(fd, &nsec, sizeof nsec, 0, reinterpret_cast<const sockaddr*>(&address),
               sizeof address) != sizeof nsec)
    return 1;
  ::close(fd);
  for (;;)
    ::pause();
}
