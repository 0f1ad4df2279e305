// The keys that are read into a unit though the supervisor does not act on them yet, so that
// nobody takes them for honoured. What makes one work deletes its line.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace logq::supervise {

struct PendingKey {
  std::string_view section;
  std::string_view key;
  std::string (*part)(std::string_view value);  // what of a good value is not acted on
};
[[nodiscard]] std::span<const PendingKey> pending_keys();

// That part; empty for what is acted on and for keys that are none of these.
[[nodiscard]] std::string pending_part(std::string_view section,
                                       std::string_view key,
                                       std::string_view value);

}  // namespace logq::supervise
