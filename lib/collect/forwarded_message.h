// A message on its way to somewhere else than the journal: a syslog daemon, the kernel's log, the
// console, terminals (docs/forwarding.md, "Forwarding").
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "collect/client_metadata.h"
#include "collect/control_message.h"

namespace logq::collect {

// All views need only live for the call it is handed to.
struct ForwardedMessage {
  int priority = 6;             // facility * 8 + level
  std::string_view identifier;  // empty: the sender's command name
  std::string_view text;
  std::uint64_t realtime_usec = 0;  // when it was sent
  std::optional<Credentials> sender{};
  const ClientMetadata* client = nullptr;

  [[nodiscard]] int level() const { return priority & 7; }
};

// The priority under which processes may speak: facility 0 is the kernel's and becomes user.
[[nodiscard]] int user_priority(int priority);

// Appends "ident[pid]: text", without what is not known.
void append_tagged(const ForwardedMessage& message, std::string& out);

}  // namespace logq::collect
