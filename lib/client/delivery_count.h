// DeliveryCount: what became of the calls of a logger, and which drops are still to be reported.
//
// Lock-free and thread-safe. The counters order nothing but themselves, except that whoever sees an
// entry counted also sees that its settling has begun (all_settled()).
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>

#include "logq/logger.h"

namespace logq::client {

inline constexpr std::size_t kStatusCount = 8;
static_assert(static_cast<std::size_t>(SendStatus::kFailed) + 1 == kStatusCount);

class DeliveryCount {
 public:
  using PerStatus = std::array<std::uint64_t, kStatusCount>;

  void add(SendStatus status, std::uint64_t entries = 1) {
    const auto index = static_cast<std::size_t>(status);
    counted_[index].fetch_add(entries, std::memory_order_release);
    if (is_dropped(status)) give_back(index, entries);
  }
  // A call below the level, which should cost next to nothing: threads do not share a counter.
  void add_filtered(std::uint64_t thread_id) {
    filtered_[thread_id % filtered_.size()].calls.fetch_add(1, std::memory_order_relaxed);
  }
  // The same for entries that were in a queue.
  void settle(SendStatus status, std::uint64_t entries = 1) {
    settling_.fetch_add(entries, std::memory_order_acq_rel);
    add(status, entries);
    settled_.fetch_add(entries, std::memory_order_release);
  }
  // Entries that the collector has taken and, by its own settings, not kept.
  void settle_unwanted(std::uint64_t entries) {
    settling_.fetch_add(entries, std::memory_order_acq_rel);
    unwanted_.fetch_add(entries, std::memory_order_release);
    settled_.fetch_add(entries, std::memory_order_release);
  }
  [[nodiscard]] std::uint64_t settled() const { return settled_.load(std::memory_order_relaxed); }
  // Settled entries whose counters have all been changed, for a snapshot between two looks at this
  // that say the same; nothing while one of them is being counted.
  [[nodiscard]] std::optional<std::uint64_t> all_settled() const {
    const std::uint64_t settled = settled_.load(std::memory_order_acquire);
    const bool is_all = settling_.load(std::memory_order_acquire) == settled;
    return is_all ? std::optional(settled) : std::nullopt;
  }
  // Nothing has happened yet, in the child of a fork.
  void reset() {
    for (auto* counts : {&counted_, &unreported_})
      for (auto& count : *counts)
        count.store(0, std::memory_order_relaxed);
    for (FilteredCalls& of_threads : filtered_)
      of_threads.calls.store(0, std::memory_order_relaxed);
    for (auto* count : {&unreported_total_, &unwanted_, &settling_, &settled_, &renamed_fields_})
      count->store(0, std::memory_order_relaxed);
  }
  void add_renamed(std::uint64_t fields) {
    renamed_fields_.fetch_add(fields, std::memory_order_relaxed);
  }

  [[nodiscard]] bool has_unreported() const {
    return unreported_total_.load(std::memory_order_relaxed) != 0;
  }
  // Takes the drops nobody has reported yet; the caller reports them or gives them back.
  PerStatus take_unreported() {
    PerStatus taken{};
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < kStatusCount; ++i) {
      taken[i] = unreported_[i].exchange(0, std::memory_order_relaxed);
      total += taken[i];
    }
    unreported_total_.fetch_sub(total, std::memory_order_relaxed);
    return taken;
  }
  void give_back(const PerStatus& drops) {
    for (std::size_t i = 0; i < kStatusCount; ++i) {
      if (drops[i] != 0) give_back(i, drops[i]);
    }
  }

  [[nodiscard]] LoggerStatistics snapshot() const {
    const auto of = [&](SendStatus status) {
      return counted_[static_cast<std::size_t>(status)].load(std::memory_order_acquire);
    };
    return {.sent = of(SendStatus::kSent),
            .fell_back = of(SendStatus::kFellBack),
            .unwanted = unwanted_.load(std::memory_order_acquire),
            .pending = 0,
            .filtered = filtered(),
            .dropped_full = of(SendStatus::kFull),
            .dropped_no_collector = of(SendStatus::kNoCollector),
            .dropped_too_large = of(SendStatus::kTooLarge),
            .dropped_failed = of(SendStatus::kFailed),
            .renamed_fields = renamed_fields_.load(std::memory_order_relaxed)};
  }

 private:
  [[nodiscard]] std::uint64_t filtered() const {
    std::uint64_t sum = 0;
    for (const FilteredCalls& of_threads : filtered_)
      sum += of_threads.calls.load(std::memory_order_relaxed);
    return sum;
  }
  // The total first: whoever takes these drops from the array must find them in the total.
  void give_back(std::size_t index, std::uint64_t count) {
    unreported_total_.fetch_add(count, std::memory_order_relaxed);
    unreported_[index].fetch_add(count, std::memory_order_relaxed);
  }

  struct alignas(64) FilteredCalls {  // a cache line each
    std::atomic<std::uint64_t> calls{0};
  };

  std::array<FilteredCalls, 16> filtered_{};
  // In front of the first of the other counters, which is looked at together with it.
  std::atomic<std::uint64_t> unreported_total_{0};
  std::array<std::atomic<std::uint64_t>, kStatusCount> counted_{};
  std::array<std::atomic<std::uint64_t>, kStatusCount> unreported_{};
  std::atomic<std::uint64_t> unwanted_{0};
  std::atomic<std::uint64_t> settling_{0};  // ahead of the next one while something is counted
  std::atomic<std::uint64_t> settled_{0};
  std::atomic<std::uint64_t> renamed_fields_{0};
};

}  // namespace logq::client
