// A supervised service as logq-svc sees it: its directory, and the supervisor behind it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "supervise/control_order.h"

namespace logq::cli {

struct SvcUnit {
  std::string name;  // as messages have it: "hello.service", or the path that was given
  std::string path;  // of its directory
};

// "hello" is hello.service of our runtime directory; a word with a slash is a directory itself.
SvcUnit svc_unit(const std::string& word);
// Why `unit` cannot be started whoever runs it: it is a template, or cannot be a unit; else empty.
std::string bad_instance(const SvcUnit& unit);
// All that the runtime directory knows but templates, sorted by name.
std::vector<SvcUnit> all_svc_units();

struct SvcReply {
  enum class Kind : std::uint8_t {
    kText,    ///< what its supervisor says: one JSON object in a line
    kNoUnit,  ///< there is no such directory
    kGone,    ///< there is one, and nobody behind it
    kFailed,
  };
  Kind kind = Kind::kText;
  std::string text;  // or why it failed, where there is more to say
};

// Asks and waits for the answer: for that of an order that takes time as long as it takes. An
// instance that is to be started and is not there is asked for where its template is.
SvcReply ask_supervisor(const SvcUnit& unit, const supervise::ControlOrder& order);

}  // namespace logq::cli
