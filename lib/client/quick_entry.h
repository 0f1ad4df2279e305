// QuickEntry: the usual entry in the native protocol, made in one pass in memory of the stack.
//
// Entries are usual that are small and have good names and no std::error_code among their values.
// Their bytes are those that entry_encoder.h makes of them, which does the others.
#pragma once

#include <array>
#include <string_view>

#include "client/call.h"

namespace logq::client {

class QuickEntry {
 public:
  QuickEntry() = default;
  QuickEntry(const QuickEntry&) = delete;
  QuickEntry& operator=(const QuickEntry&) = delete;
  ~QuickEntry() = default;

  // Empty: it is not usual. As long as this object, until the next one.
  [[nodiscard]] std::string_view encode(const Call& call) noexcept;
  [[nodiscard]] std::string_view encode(const Entry& entry) noexcept;

 private:
  std::array<char, 4096> bytes_;  // nothing is in it before it is needed
};

}  // namespace logq::client
