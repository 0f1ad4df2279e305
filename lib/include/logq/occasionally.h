// Messages that would come too often: only once, every so many times, or at most every so long.
//
//   if (LOGQ_ONCE) log.warning("no configuration, defaults are used");
//   if (const auto turn = LOGQ_EVERY(std::chrono::seconds(10)))
//     log.warning("queue is full", logq::suppressed(turn));
//
// The macros are expressions, usable in functions; each place in the source counts for itself, in
// the instances of a template separately. The classes behind them can be members, or shared:
//
//   static logq::EveryN often(1000);
//   if (const auto turn = often.due()) log.info("still at it", logq::suppressed(turn));
//
// All are lock-free, and may be asked by any thread at any time. Nothing is logged on their own
// behalf: what was suppressed last is told by the next turn, if there is one.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "logq/field.h"

namespace logq {

// Whether it is time, and how many callers were told that it is not since it was last.
struct [[nodiscard]] Turn {
  bool is_due = false;
  std::uint64_t suppressed = 0;

  explicit operator bool() const { return is_due; }
};

// N_SUPPRESSED=, for the entry that is logged in this turn.
[[nodiscard]] inline Field suppressed(const Turn& turn) {
  return field("N_SUPPRESSED", turn.suppressed);
}

// Due for the first caller.
class Once {
 public:
  constexpr Once() = default;
  Once(const Once&) = delete;
  Once& operator=(const Once&) = delete;
  ~Once() = default;

  [[nodiscard]] bool due() noexcept {
    // Relaxed, as everything here: nothing else is published by it. The look before the exchange
    // keeps the line shared between processors once it is over.
    return !over_.load(std::memory_order_relaxed) &&
           !over_.exchange(true, std::memory_order_relaxed);
  }

 private:
  std::atomic<bool> over_{false};
};

namespace internal {

class CallCount {
 public:
  constexpr CallCount() = default;

  // Due for the first, the n+1st, the 2n+1st caller...; n = 0 is taken for 1.
  Turn due(std::uint64_t n) noexcept {
    const std::uint64_t before = calls_.fetch_add(1, std::memory_order_relaxed);
    if (n < 2) return {true, 0};
    if (before % n != 0) return {};
    return {true, before == 0 ? 0 : n - 1};
  }

 private:
  std::atomic<std::uint64_t> calls_{0};
};

class LastTime {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  constexpr LastTime() = default;

  // Due for one caller, then for nobody until `interval` is over.
  Turn due(std::chrono::nanoseconds interval, TimePoint now) noexcept {
    const std::chrono::nanoseconds since_start = now.time_since_epoch();
    const std::int64_t time = since_start.count();
    std::int64_t next = next_.load(std::memory_order_relaxed);
    const std::int64_t wait = interval.count() > 0 ? interval.count() : 0;
    const std::int64_t after = time > INT64_MAX - wait ? INT64_MAX : time + wait;
    if (time < next || !next_.compare_exchange_strong(next, after, std::memory_order_relaxed)) {
      suppressed_.fetch_add(1, std::memory_order_relaxed);
      return {};
    }
    return {true, suppressed_.exchange(0, std::memory_order_relaxed)};
  }

 private:
  std::atomic<std::int64_t> next_{INT64_MIN};  // nanoseconds of the clock
  std::atomic<std::uint64_t> suppressed_{0};
};

}  // namespace internal

// Due for the first caller and every n-th after it; always, where n is 0 or 1.
class EveryN {
 public:
  explicit constexpr EveryN(std::uint64_t n) : n_(n) {}
  EveryN(const EveryN&) = delete;
  EveryN& operator=(const EveryN&) = delete;
  ~EveryN() = default;

  Turn due() noexcept { return count_.due(n_); }

 private:
  const std::uint64_t n_;
  internal::CallCount count_;
};

// Due for the first caller, then at most once in every interval, for whoever asks first.
class Every {
 public:
  explicit constexpr Every(std::chrono::nanoseconds interval) : interval_(interval) {}
  Every(const Every&) = delete;
  Every& operator=(const Every&) = delete;
  ~Every() = default;

  Turn due() noexcept { return due_at(std::chrono::steady_clock::now()); }
  // The same by a clock of the caller's, which does not go back.
  Turn due_at(std::chrono::steady_clock::time_point now) noexcept {
    return last_.due(interval_, now);
  }

 private:
  const std::chrono::nanoseconds interval_;
  internal::LastTime last_;
};

}  // namespace logq

// A bool: true the first time that this place is reached.
#define LOGQ_ONCE                            \
  ([]() noexcept {                           \
    static constinit ::logq::Once logq_once; \
    return logq_once.due();                  \
  }())

// A Turn: due the first time that this place is reached and every n-th time after it.
#define LOGQ_EVERY_N(n)                                      \
  ([](::std::uint64_t logq_n) noexcept {                     \
    static constinit ::logq::internal::CallCount logq_count; \
    return logq_count.due(logq_n);                           \
  }(n))

// A Turn: due the first time that this place is reached, then at most once in every `interval`.
#define LOGQ_EVERY(interval)                                                 \
  ([](::std::chrono::nanoseconds logq_interval) noexcept {                   \
    static constinit ::logq::internal::LastTime logq_last;                   \
    return logq_last.due(logq_interval, ::std::chrono::steady_clock::now()); \
  }(interval))
