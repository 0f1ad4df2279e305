// NativeSource: the datagram socket of the native protocol (docs/protocols.md, "Native protocol").
//
// Receives into a ReceiveArea, takes datagrams and descriptor-passed entries apart and hands their
// entries to Ingest. A call does a bounded amount of work and goes on where the last one stopped.
// Not thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/unique_fd.h"
#include "collect/client_cache.h"
#include "collect/control_message.h"
#include "collect/drops.h"
#include "collect/ingest.h"
#include "collect/passed_file.h"
#include "collect/receive_area.h"
#include "wire/native_protocol.h"

namespace logq::collect {

class NativeSource {
 public:
  // Datagrams of `own_pid` are ignored, so that the collector cannot feed itself.
  NativeSource(Ingest& ingest, ClientCache& clients, Drops& drops, pid_t own_pid);

  // Stores what a predecessor received and did not store. REQUIRES: its progress is resolved.
  void replay(ReceiveArea& predecessor);

  // Begins to receive from `socket` into `area`.
  void start(base::UniqueFd socket, ReceiveArea area);
  [[nodiscard]] int fd() const { return socket_.get(); }

  enum class Work {
    kIdle,  ///< nothing was queued
    kDone,  ///< what was received is stored
    kMore,  ///< datagrams are left that the socket no longer announces: call again soon
  };
  // Receives and stores up to a bound.
  Work work();
  // Stores all that has been received, without a bound and without receiving more.
  void finish_received();

 private:
  // The datagram being taken apart.
  struct Job {
    std::size_t slot = 0;
    ControlData control;
    PassedFile file;  // holds the bytes of a descriptor-passed entry
    std::uint64_t ordinal = 0;
    std::uint64_t stored_before = 0;
  };

  bool drain(ReceiveArea& area, Descriptors descriptors, std::size_t budget);
  bool begin(ReceiveArea& area, std::size_t slot, Descriptors descriptors);
  [[nodiscard]] std::optional<std::string_view> contents(ReceiveArea& area, Job& job);
  std::size_t store_entries(ReceiveArea& area, std::size_t budget);
  void store_entry(ProgressCell progress);
  void finish(ReceiveArea& area);

  Ingest& ingest_;
  ClientCache& clients_;
  Drops& drops_;
  pid_t own_pid_;
  base::UniqueFd socket_;
  std::optional<ReceiveArea> area_;
  std::optional<Job> job_;
  std::size_t next_slot_ = 0;
  wire::NativeDecoder decoder_;
};

}  // namespace logq::collect
