// DriverMessages: what the collector has to say itself, as entries with _TRANSPORT=driver and
// journald's message ids. Not thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "collect/client_cache.h"
#include "collect/drops.h"
#include "collect/ingest.h"

namespace logq::collect {

class DriverMessages {
 public:
  DriverMessages(Ingest& ingest, ClientCache& clients, Drops& drops);

  void started();
  void stopped();
  // One entry for each cause that is due.
  void report_drops();

 private:
  bool send(std::string_view message,
            std::string_view message_id,
            int priority,
            std::string_view extra_field = {});

  Ingest& ingest_;
  ClientCache& clients_;
  Drops& drops_;
};

}  // namespace logq::collect
