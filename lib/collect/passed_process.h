// PassedProcess: the pidfd that came with a message, and what it tells of the sender. Asks the
// kernel at most once for each fact. Not thread-safe.
#pragma once

#include <cstdint>
#include <optional>

#include "base/unique_fd.h"
#include "collect/process_facts.h"

namespace logq::collect {

class PassedProcess {
 public:
  // None came: the message says no more than a number.
  PassedProcess() = default;
  explicit PassedProcess(base::UniqueFd pidfd) : pidfd_(std::move(pidfd)), came_(true) {}
  // Of one that the kernel did not give a descriptor for any more (before 6.15), nothing is known
  // but that it has ended.
  static PassedProcess ended() {
    PassedProcess process;
    process.came_ = true;
    process.facts_ = ProcessFacts{0, 0, true};
    return process;
  }

  [[nodiscard]] bool came() const { return came_; }
  // See ProcessFacts; 0 when there is none.
  [[nodiscard]] std::uint64_t identity() const {
    if (facts_.has_value()) return facts_->identity;
    if (identity_ == 0 && pidfd_.is_open()) identity_ = identity_of(pidfd_.get());
    return identity_;
  }
  // As it was at the first call.
  [[nodiscard]] const ProcessFacts& facts() const {
    if (!facts_.has_value()) {
      facts_ = pidfd_.is_open() ? facts_of(pidfd_.get()) : ProcessFacts{};
    }
    return *facts_;
  }
  // Looks now, and keeps no descriptor.
  void settle() {
    std::ignore = facts();
    pidfd_.reset();
  }

 private:
  base::UniqueFd pidfd_;
  bool came_ = false;
  mutable std::uint64_t identity_ = 0;
  mutable std::optional<ProcessFacts> facts_;
};

}  // namespace logq::collect
