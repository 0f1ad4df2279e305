// An entry store that remembers the payloads of every entry.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "collect/entry_store.h"

namespace logq::test {

class RecordingStore final : public collect::EntryStore {
 public:
  [[nodiscard]] std::uint64_t next_seqnum() const override { return entries.size() + 1; }
  Result<std::uint64_t> append(const journal::EntryTime& /*time*/,
                               std::span<const std::string_view> payloads) override {
    entries.emplace_back(payloads.begin(), payloads.end());
    return entries.size();
  }

  std::vector<std::vector<std::string>> entries;
};

}  // namespace logq::test
