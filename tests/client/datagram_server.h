// DatagramServer: a collector's native socket in a private directory, read by the test itself.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <string>

#include "base/unique_fd.h"
#include "client/fake_transport.h"
#include "wire/native_protocol.h"

namespace logq::test {

class DatagramServer {
 public:
  explicit DatagramServer(std::string path) : path_(std::move(path)) { start(); }
  DatagramServer(const DatagramServer&) = delete;
  DatagramServer& operator=(const DatagramServer&) = delete;
  ~DatagramServer() { stop(); }

  void start() {
    fd_ = base::UniqueFd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path_.data(), path_.size());
    ::unlink(path_.c_str());
    if (::bind(fd_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) < 0) {
      throw std::runtime_error("bind failed");
    }
  }
  // As kill -9 does: the socket dies, its name stays.
  void stop() { fd_.reset(); }

  // The next entry, within two seconds.
  std::optional<StoredFields> receive() {
    const auto datagram = receive_bytes();
    if (!datagram) return std::nullopt;
    wire::NativeDecoder decoder;
    decoder.start(*datagram);
    if (!decoder.next()) return std::nullopt;
    StoredFields fields;
    for (const std::string_view field : decoder.fields()) {
      const auto equals = field.find('=');
      fields.emplace_back(field.substr(0, equals), field.substr(equals + 1));
    }
    return fields;
  }

  // The same as it came.
  std::optional<std::string> receive_bytes() {
    pollfd wait{fd_.get(), POLLIN, 0};
    if (::poll(&wait, 1, 2000) != 1) return std::nullopt;
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
    iovec part{buffer_.data(), buffer_.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const ssize_t size = ::recvmsg(fd_.get(), &message, MSG_CMSG_CLOEXEC);
    if (size < 0) return std::nullopt;
    sealed_file_ = false;
    if (const cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr) {
      int file = -1;
      std::memcpy(&file, CMSG_DATA(header), sizeof file);
      return read_file(base::UniqueFd(file));
    }
    return buffer_.substr(0, static_cast<std::size_t>(size));
  }

  [[nodiscard]] bool is_empty() const {
    pollfd wait{fd_.get(), POLLIN, 0};
    return ::poll(&wait, 1, 0) == 0;
  }
  [[nodiscard]] const std::string& path() const { return path_; }
  // Whether the last entry came in a memory file with all four seals.
  [[nodiscard]] bool last_was_sealed_file() const { return sealed_file_; }

 private:
  std::string read_file(const base::UniqueFd& file) {
    constexpr int kSeals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
    sealed_file_ = ::fcntl(file.get(), F_GET_SEALS) == kSeals;
    struct stat status {};
    ::fstat(file.get(), &status);
    std::string bytes(static_cast<std::size_t>(status.st_size), '\0');
    const ssize_t size = ::pread(file.get(), bytes.data(), bytes.size(), 0);
    bytes.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
    return bytes;
  }

  std::string path_;
  base::UniqueFd fd_;
  std::string buffer_ = std::string(std::size_t{4} << 20, '\0');
  bool sealed_file_ = false;
};

}  // namespace logq::test
