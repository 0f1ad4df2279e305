// DriverMessages: what the collector has to say itself, as entries with _TRANSPORT=driver and
// journald's message ids. Not thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "collect/client_cache.h"
#include "collect/drops.h"
#include "collect/ingest.h"
#include "collect/space_keeper.h"
#include "collect/storage.h"

namespace logq::collect {

class DriverMessages {
 public:
  DriverMessages(Ingest& ingest, ClientCache& clients, Drops& drops);

  void started();
  void stopped();
  // One entry for each cause that is due.
  void report_drops(std::uint64_t now_usec);
  // Kernel messages that were overwritten before they were read.
  void kernel_missed(std::uint64_t count);
  // What `place` had no room for.
  void forward_missed(std::string_view place, std::uint64_t count);
  // What a unit's rate limit suppressed; `sender` is described by OBJECT_ fields, where known.
  void suppressed(std::string_view unit, std::uint64_t count, const ClientMetadata* sender);
  // The same for the windows that have ended by then, whose units were silent; UINT64_MAX: for all.
  void report_suppressed(std::uint64_t until_usec);
  // How much room `name` ("System Journal") takes and has.
  void usage(std::string_view name, const SpaceReport& space);
  void flushed(const std::string& directory, const Storage::FlushReport& report);
  // What has become of where entries go, and how many were lost meanwhile
  // (docs/storage-troubles.md).
  void storage(const Storage::Event& event, std::uint64_t lost);

 private:
  struct Message {
    std::string text;
    std::string_view id;  // none when empty
    int priority = 6;
    std::vector<std::string> fields{};       // "NAME=value", further ones
    const ClientMetadata* object = nullptr;  // whom it is about
  };
  bool send(const Message& message);

  Ingest& ingest_;
  ClientCache& clients_;
  Drops& drops_;
};

}  // namespace logq::collect
