// BatchClients: how far each client of the batch socket has come (docs/batch-protocol.md), in a
// small file mapped shared (R/batch-clients), so that a successor knows, too, and stores no batch
// twice.
//
// A client is its id and the user it runs as, since an id is no secret among friends. Bounded: the
// one that was quiet for longest makes room, and a user who has half of the room makes it among his
// own. What is in the file is trusted no more than any file. Not thread-safe.
#pragma once

#include <sys/types.h>

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include "collect/area_file.h"
#include "wire/batch_protocol.h"

namespace logq::collect {

struct BatchClient {
  Id128 id;
  uid_t uid = 0;
  friend auto operator<=>(const BatchClient&, const BatchClient&) = default;
};

class BatchClients {
 public:
  // What a predecessor left at `path`, or a new, empty table: one from another boot or version is
  // worth nothing, since its clients are gone. `capacity` is for a new one.
  static Result<BatchClients> open(const std::string& path,
                                   const Id128& boot_id,
                                   std::size_t capacity);

  // How far `client` has come; all zeros for one that is not known.
  [[nodiscard]] wire::BatchAck find(const BatchClient& client) const;
  // Notes how far it has come, in one step that a kill leaves done or not done.
  void commit(const BatchClient& client, const wire::BatchAck& state, std::uint64_t now_usec);

  [[nodiscard]] std::size_t size() const { return places_.size(); }
  [[nodiscard]] std::size_t capacity() const;

 private:
  struct Record;
  explicit BatchClients(AreaFile area);
  [[nodiscard]] Record& record(std::size_t index) const;
  [[nodiscard]] std::size_t make_room(uid_t uid);

  AreaFile area_;
  std::map<BatchClient, std::size_t> places_;
};

}  // namespace logq::collect
