// A store that stops the collector, as far as a test is concerned, at a chosen moment.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "collect/entry_store.h"

namespace logq::collect {

struct Killed {};

// Stops the process at step number `kill_at`, by throwing Killed. There is one step before the
// progress of a batch is announced, and one before and one after each of its entries is stored.
class MortalStore final : public EntryStore {
 public:
  [[nodiscard]] std::uint64_t next_seqnum() const override {
    step();
    return messages.size() + 1;
  }
  Result<std::uint64_t> append(const journal::EntryTime& /*time*/,
                               std::span<const std::string_view> payloads) override {
    step();
    for (const std::string_view payload : payloads) {
      if (payload.starts_with("MESSAGE=")) messages.emplace_back(payload.substr(8));
    }
    step();
    return messages.size();
  }

  std::vector<std::string> messages;
  int kill_at = -1;

 private:
  void step() const {
    if (kill_at >= 0 && steps_++ == kill_at) throw Killed{};
  }
  mutable int steps_ = 0;
};

}  // namespace logq::collect
