#include "support/native_sender.h"

#include <sys/socket.h>
#include <unistd.h>

#include "support/input_peer.h"
#include "support/unix_socket.h"
#include "wire/native_protocol.h"

namespace logq::test {

NativeSender::NativeSender(const std::string& socket_path)
    : fd_(connect_unix(socket_path, SOCK_DGRAM)) {}

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
