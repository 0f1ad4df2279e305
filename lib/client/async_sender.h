// AsyncSender: the entries of an asynchronous logger, from the queues of the threads that log to an
// Output, by a thread of its own (docs/asynchronous-client.md).
//
// Thread-safe. A child of a fork begins with empty queues and, once it logs, a thread of its own;
// what its parent had queued the parent sends.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "client/delivery_count.h"
#include "client/output.h"
#include "logq/internal/entry_queue.h"
#include "logq/logger.h"

namespace logq::client {

class AsyncEngine;

class AsyncSender {
 public:
  using MakeOutput = std::function<std::unique_ptr<Output>()>;

  // Whether the system is one that this works on: Linux from 4.14 on.
  [[nodiscard]] static bool is_supported();

  // Borrows the count. `make_output` is called now, and again in each child that logs. A call waits
  // for room in its queue at most for `max_block`. Throws std::bad_alloc. REQUIRES: is_supported().
  AsyncSender(const AsyncOptions& options,
              std::chrono::milliseconds max_block,
              std::string identifier,
              MakeOutput make_output,
              DeliveryCount& count);
  AsyncSender(const AsyncSender&) = delete;
  AsyncSender& operator=(const AsyncSender&) = delete;
  // Sends what is queued, within AsyncOptions::close_timeout; the rest is dropped.
  ~AsyncSender();

  // Whose queues are its own; never 0.
  [[nodiscard]] std::uint64_t id() const { return id_; }

  // Queues an entry, which it copies. Waits for room as the options say. May change errno.
  SendResult append(const Entry& entry) noexcept;
  // There is something in a queue, and the thread was asleep.
  void wake() noexcept;

  FlushResult flush(std::chrono::milliseconds timeout) noexcept;
  // Entries that were put into queues so far, of this process.
  [[nodiscard]] std::uint64_t appended() const noexcept;
  [[nodiscard]] std::string describe_failure() const;

 private:
  struct Page;

  AsyncEngine* engine() noexcept;
  AsyncEngine* begin_in_child() noexcept;
  internal::EntryQueue* queue_of_thread(AsyncEngine& engine) noexcept;
  std::byte* find_place(AsyncEngine& engine,
                        internal::EntryQueue& queue,
                        std::size_t bytes) noexcept;
  SendResult append_to(AsyncEngine& engine,
                       internal::EntryQueue& queue,
                       const Entry& entry) noexcept;

  bool reserve_block(AsyncEngine& engine, internal::EntryQueue& queue, std::size_t bytes) noexcept;

  const AsyncOptions options_;
  const std::chrono::nanoseconds max_block_;
  const std::string identifier_;
  const MakeOutput make_output_;
  DeliveryCount& count_;
  const std::uint64_t id_;
  Page* page_ = nullptr;                       // empty in the child of a fork
  std::atomic<AsyncEngine*> engine_{nullptr};  // in a child the parent's, until it logs
};

}  // namespace logq::client
