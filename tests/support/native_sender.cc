#include "support/native_sender.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "support/input_peer.h"
#include "wire/native_protocol.h"

namespace logq::test {

NativeSender::NativeSender(const std::string& socket_path)
    : fd_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (socket_path.size() >= sizeof address.sun_path) throw std::runtime_error("path too long");
  std::memcpy(address.sun_path, socket_path.data(), socket_path.size());
  const void* generic = &address;
  if (::connect(fd_.get(), static_cast<const sockaddr*>(generic), sizeof address) < 0) {
    throw std::runtime_error("connect " + socket_path + ": " + std::strerror(errno));
  }
}

void NativeSender::send(const Fields& fields) {
  std::string datagram;
  for (const auto& [name, value] : fields)
    wire::encode_native_field(name, value, datagram);
  send_bytes(datagram);
}

void NativeSender::send_bytes(std::string_view datagram) {
  const std::vector<base::UniqueFd> none;
  send_datagram(fd_, {datagram, none, uid_.value_or(::getuid())});
}

}  // namespace logq::test
