// StreamIntake: turns the bytes of one stdout stream into entries (docs/protocols.md, "Stdout
// stream"): header, lines, changes of the writer, the partial last line. Works on a StreamRegion,
// so it serves a living connection and one that died with a predecessor alike. Not thread-safe.
#pragma once

#include <cstddef>
#include <limits>
#include <string>
#include <string_view>

#include "collect/client_cache.h"
#include "collect/drops.h"
#include "collect/forwards.h"
#include "collect/ingest.h"
#include "collect/passed_process.h"
#include "collect/stream_area.h"
#include "collect/stream_keeper.h"
#include "wire/stdout_stream.h"

namespace logq::collect {

// What all streams share; the references must outlive the intakes.
struct StreamServices {
  Ingest& ingest;
  ClientCache& clients;
  Drops& drops;
  std::size_t line_max = wire::kDefaultLineMax;
  uid_t own_uid = 0;  // besides root, may name a stream's unit
  Forwards* forwards = nullptr;
  StreamKeeper* keeper = nullptr;
  // When the collector began: nobody who began later wrote what a predecessor received.
  std::uint64_t began_realtime_usec = 0;
};

class StreamIntake {
 public:
  static constexpr std::size_t kUnlimited = std::numeric_limits<std::size_t>::max();

  StreamIntake(StreamRegion region, const StreamServices& services);

  // Who connected, and so wrote what the kernel does not say who wrote.
  void set_peer(PassedProcess peer);
  // Takes in a pending read: a partial line of another writer becomes an entry first.
  void take_read(Descriptors descriptors);
  // Decodes the header once all of it is there: whether it is, kCorrupt when it is none.
  Result<bool> take_header();
  // In place of a header, for a stream that a predecessor had: who it is, where the region does not
  // know. Its unit is honoured as if `identity.opener` had sent a header.
  void restore(StreamIdentity identity);
  // Stores complete lines, so many at most: whether those were all. REQUIRES: the header is taken.
  bool store_lines(std::size_t most = kUnlimited);
  // Stores what is left without a terminator.
  void store_rest(wire::LineBreak reason);

  [[nodiscard]] const StreamIdentity& identity() const { return identity_; }
  // Which process wrote the last bytes, where that is known.
  [[nodiscard]] const PassedProcess& writer_process() const { return writer_process_; }
  [[nodiscard]] StreamRegion& region() { return region_; }
  [[nodiscard]] const StreamRegion& region() const { return region_; }

 private:
  [[nodiscard]] bool may_claim(const StreamIdentity& identity) const;
  void adopt_identity();
  void change_writer(const Credentials& writer, bool is_other_process);
  void remember_writer();
  [[nodiscard]] Sender sender() const;
  void store_line(const wire::StreamLine& line);
  void forward(const wire::StreamMessage& message, const ClientMetadata* client);

  StreamRegion region_;
  const StreamServices& services_;
  StreamIdentity identity_;
  std::string stream_id_field_;
  std::string identifier_field_;
  bool header_writers_differ_ = false;
  bool header_line_broken_ = false;
  PassedProcess writer_process_;  // without a descriptor
  bool is_inherited_ = false;     // nothing has been read but by a predecessor
};

}  // namespace logq::collect
