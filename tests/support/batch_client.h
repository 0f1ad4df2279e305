// A client of the batch socket for tests: one SOCK_SEQPACKET connection, its id, its batches.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/unique_fd.h"
#include "wire/batch_protocol.h"

namespace logq::test {

// A message with an entry for each of `texts`: MESSAGE=TEXT.
std::string batch_message(const Id128& client,
                          std::uint64_t number,
                          const std::vector<std::string>& texts);

class BatchClient {
 public:
  explicit BatchClient(base::UniqueFd socket, const Id128& id = Id128::random());
  // Throws std::runtime_error when nobody listens.
  explicit BatchClient(const std::string& path, const Id128& id = Id128::random());

  [[nodiscard]] const Id128& id() const { return id_; }
  [[nodiscard]] int fd() const { return fd_.get(); }
  void close() { fd_.reset(); }
  void end_sending() const;  // but still hears

  // False when the connection is broken.
  bool send(std::uint64_t number, const std::vector<std::string>& texts) const;
  bool ask() const;  // how far it has come
  bool send_bytes(std::string_view message, int flags = 0) const;

  // The next reply; nothing at the end of the connection, or when none comes for very long.
  [[nodiscard]] std::optional<wire::BatchReply> receive() const;
  // The same without waiting.
  [[nodiscard]] std::optional<wire::BatchReply> poll() const;
  // Passes over replies until an acknowledgement of `number` or above.
  [[nodiscard]] std::optional<wire::BatchAck> await_ack(std::uint64_t number) const;
  // Passes over replies until the last word; nothing when the connection ends without one.
  [[nodiscard]] std::optional<wire::BatchRefusal> await_refusal() const;

 private:
  base::UniqueFd fd_;
  Id128 id_;
};

}  // namespace logq::test
