// Logger: structured logging to the journal, for applications.
//
//   logq::Logger log;
//   log.info("service started", logq::field<"PORT">(8080));
//   auto request_log = log.with(logq::field("REQUEST_ID", id));
//   request_log.error("cannot open", logq::field("REASON", error_code));
//
// Every entry carries MESSAGE, PRIORITY, SYSLOG_IDENTIFIER, TID, CODE_FILE, CODE_LINE, CODE_FUNC
// (the full signature), the fields of the logger (with), of the thread (logq/thread_field.h) and of
// the call. Calls never throw, never change errno and never block longer than the options say; they
// take no lock and, once a thread's buffer has grown to the usual entry, allocate nothing: one
// system call. What cannot be delivered is counted by cause and reported as an entry of its own
// ("3 messages dropped") after the next success. Without a collector entries go to standard error.
//
// A Logger is a small handle: copies and with() share one connection and one set of counters. All
// members may be called from any thread at any time.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <source_location>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "logq/field.h"
#include "logq/internal/entry_queue.h"
#include "logq/priority.h"
#include "logq/transport.h"

namespace logq {

// Where entries go. kAutomatic is the first of these that applies, when the Logger is made and for
// all of its life:
//
//   a socket is named, by LoggerOptions::socket_path or LOGQ_SOCKET             kNative
//   standard error is a terminal, and not the stream that JOURNAL_STREAM names  kStderrHuman
//   a collector answers: JOURNAL_STREAM names standard error or output, or      kNative
//     somebody listens at one of the usual sockets (see NativeOptions)
//   none of these                                                               kStdoutLines
//
// So a program writes to the journal as a service, even where its output is redirected, to its
// developer at a terminal, and to whoever reads its output in a container. Programs that gained
// privileges by exec ignore both variables.
enum class Backend : std::uint8_t {
  kNative,        ///< the collector's socket, standard error where there is none
  kStdoutLines,   ///< "<N>" lines on standard output, for a supervisor that captures it
  kStdoutJson,    ///< JSON lines on standard output, for containers
  kStdoutLogfmt,  ///< logfmt on standard output: time=... level=info msg="..." user_id=42
  kStderrHuman,   ///< lines for people on standard error, in colours on a terminal
  kAutomatic,     ///< one of the above, by the rule above
};

enum class Overflow : std::uint8_t {
  kBlock,       ///< a call waits for room, for LoggerOptions::max_block at most; then it is dropped
  kDropNewest,  ///< a call for which there is no room is dropped at once
};

// How an asynchronous logger works: a call copies its entry into a queue of its thread, which takes
// nanoseconds; a thread of the logger's sends it. What has been logged when the last copy of the
// Logger dies is sent then; what is queued when the process is killed, or calls _exit() or exec, is
// lost (flush() first).
struct AsyncOptions {
  std::size_t queue_bytes = std::size_t{256} << 10;  // of each thread that logs
  Overflow overflow = Overflow::kBlock;
  // How long the end of the logger waits for what is queued.
  std::chrono::milliseconds close_timeout{5000};
  // How long entries wait for a collector that was there and went away, before they go to standard
  // error.
  std::chrono::milliseconds outage_patience{5000};
};

struct LoggerOptions {
  std::string identifier{};  // SYSLOG_IDENTIFIER=; empty: the program's short name
  Backend backend = Backend::kNative;
  Priority level = Priority::kDebug;  // the least important priority that is sent
  std::string socket_path{};          // see NativeOptions
  // How long a call waits for a collector, a reader or a queue that is full. After one wait in vain
  // the next calls do not wait until something is taken again.
  std::chrono::milliseconds max_block{1000};
  // Calls are sent by a thread of the logger's; where there is none to be had, by the caller.
  std::optional<AsyncOptions> async{};
};

// What became of all calls so far: the sum of all but renamed_fields is the number of calls made,
// once nobody is in the middle of one. In the child of a fork they begin anew where the logger is
// asynchronous.
struct LoggerStatistics {
  std::uint64_t sent = 0;  // stored, where the collector acknowledges; else handed over
  std::uint64_t fell_back = 0;
  std::uint64_t unwanted = 0;  // the collector's own settings have kept it out
  std::uint64_t pending = 0;   // in a queue, or on the way
  std::uint64_t filtered = 0;
  std::uint64_t dropped_full = 0;
  std::uint64_t dropped_no_collector = 0;
  std::uint64_t dropped_too_large = 0;
  std::uint64_t dropped_failed = 0;
  std::uint64_t renamed_fields = 0;  // fields stored under another name, because theirs was bad

  [[nodiscard]] std::uint64_t dropped() const {
    return dropped_full + dropped_no_collector + dropped_too_large + dropped_failed;
  }
};

namespace internal {

// What a call looks at first.
struct LoggerCore {
  std::atomic<Priority> level{Priority::kDebug};
  std::uint64_t queue_owner = UINT64_MAX;  // of the queues of an asynchronous logger
};

}  // namespace internal

// The text of an entry and where in the source it stands. Made implicitly from a string.
struct Message {
  template <typename T>
  // NOLINTNEXTLINE(google-explicit-constructor): a call is made with a string
  requires std::is_convertible_v<const T&, std::string_view> Message(
      const T& message_text, std::source_location here = std::source_location::current())
  noexcept : text(internal::view_of(message_text)), location(here) {}

  std::string_view text;
  std::source_location location;
};

class Logger {
 public:
  explicit Logger(const LoggerOptions& options = {});
  // With a transport of the caller's; options.backend, socket_path and max_block are ignored.
  Logger(const LoggerOptions& options, std::unique_ptr<Transport> transport);

  // A logger whose every entry also carries these fields. Copies them; may throw std::bad_alloc.
  template <typename... Fields>
  requires(std::is_convertible_v<const Fields&, Field>&&...) [[nodiscard]] Logger
      with(const Fields&... fields) const {
    const std::array<Field, sizeof...(Fields)> list{Field(fields)...};
    return with_fields(list);
  }
  [[nodiscard]] Logger with_fields(std::span<const Field> fields) const;

  template <typename... Fields>
  requires(std::is_convertible_v<const Fields&, Field>&&...) SendStatus
      log(Priority priority, Message message, const Fields&... fields)
  const noexcept {
    if (!is_enabled(priority)) return filtered();
    if constexpr ((internal::kIsNamedField<Fields> && ...)) {
      if (append_to_queue(priority, message, fields...)) [[likely]]
        return SendStatus::kQueued;
    }
    return log_list(priority, message.text.data(), message.text.size(), message.location,
                    fields...);
  }
  // The same with fields made at run time.
  SendStatus log_fields(Priority priority,
                        const Message& message,
                        std::span<const Field> fields) const noexcept;

  template <typename... Fields>
  SendStatus debug(Message message, const Fields&... fields) const noexcept {
    return log(Priority::kDebug, message, fields...);
  }
  template <typename... Fields>
  SendStatus info(Message message, const Fields&... fields) const noexcept {
    return log(Priority::kInfo, message, fields...);
  }
  template <typename... Fields>
  SendStatus notice(Message message, const Fields&... fields) const noexcept {
    return log(Priority::kNotice, message, fields...);
  }
  template <typename... Fields>
  SendStatus warning(Message message, const Fields&... fields) const noexcept {
    return log(Priority::kWarning, message, fields...);
  }
  template <typename... Fields>
  SendStatus error(Message message, const Fields&... fields) const noexcept {
    return log(Priority::kError, message, fields...);
  }
  // journald syncs its file for entries of this and higher importance, which is slow.
  template <typename... Fields>
  SendStatus critical(Message message, const Fields&... fields) const noexcept {
    return log(Priority::kCritical, message, fields...);
  }
  template <typename... Fields>
  SendStatus alert(Message message, const Fields&... fields) const noexcept {
    return log(Priority::kAlert, message, fields...);
  }
  template <typename... Fields>
  SendStatus emergency(Message message, const Fields&... fields) const noexcept {
    return log(Priority::kEmergency, message, fields...);
  }

  // Sends an entry made elsewhere, for adapters such as spdlog_sink. An empty identifier, the
  // context and the thread's fields are filled in; nothing else is. The level is not consulted.
  SendResult submit(Entry entry) const noexcept;

  // Waits until the collector has taken everything sent so far.
  FlushResult flush(std::chrono::milliseconds timeout) const noexcept;

  [[nodiscard]] bool is_enabled(Priority priority) const noexcept {
    return priority <= core_->level.load(std::memory_order_relaxed);
  }
  // Takes effect at once, for all copies.
  void set_level(Priority level) const noexcept;

  [[nodiscard]] LoggerStatistics statistics() const noexcept;
  // One line about the last refusal of the transport: "/run/x/socket: Connection refused".
  [[nodiscard]] std::string describe_failure() const;

 private:
  struct Shared;
  struct Context;

  Logger(std::shared_ptr<Shared> shared, internal::ContextPointer context);
  SendStatus filtered() const noexcept;
  [[gnu::cold]] void wake_sender() const noexcept;

  // What is not done in a few nanoseconds. The message in pieces and by value, so that it need not
  // be in memory before this is called.
  template <typename... Fields>
  [[gnu::noinline, gnu::cold]] SendStatus log_list(Priority priority,
                                                   const char* text,
                                                   std::size_t size,
                                                   std::source_location location,
                                                   Fields... fields) const noexcept {
    const Message message(std::string_view(text, size), location);
    if constexpr ((internal::kIsNamedField<Fields> && ...)) {
      if (prepare_queue(message, fields...) && append_to_queue(priority, message, fields...))
        return SendStatus::kQueued;
    }
    const std::array<Field, sizeof...(Fields)> list{Field(fields)...};
    return log_fields(priority, message, list);
  }

  // The queue for a call that is no more than usual.
  [[nodiscard]] internal::EntryQueue* usual_queue() const noexcept {
    internal::EntryQueue* const queue = internal::thread_state.queue;
    const bool is_usual = queue != nullptr && queue->owner() == core_->queue_owner &&
                          internal::thread_state.innermost == nullptr;
    return is_usual ? queue : nullptr;
  }

  template <typename... Fields>
  [[gnu::always_inline]] internal::Circumstances circumstances(
      const internal::EntryQueue& queue, const Message& message) const noexcept {
    return {queue.clock().realtime_usec.load(std::memory_order_relaxed), context_,
            internal::CallAddresses::of<Fields...>(message.location)};
  }

  // The usual call of an asynchronous logger. False where there is more to do than that.
  template <typename... Fields>
  [[gnu::always_inline]] bool append_to_queue(Priority priority,
                                              const Message& message,
                                              const Fields&... fields) const noexcept {
    internal::EntryQueue* const queue = usual_queue();
    bool was_asleep = false;
    if (queue == nullptr ||
        !internal::append_call(*queue, priority, message.text,
                               circumstances<Fields...>(*queue, message), was_asleep, fields...))
      return false;
    if (was_asleep) [[unlikely]]
      wake_sender();
    return true;
  }

  // Whether there may be no more to do by now.
  template <typename... Fields>
  bool prepare_queue(const Message& message, const Fields&... fields) const noexcept {
    internal::EntryQueue* const queue = usual_queue();
    // Of others it would not be told which names are bad.
    const bool is_context_usual = context_ == nullptr || context_->has_good_names;
    return queue != nullptr && is_context_usual &&
           internal::prepare_call(*queue, circumstances<Fields...>(*queue, message),
                                  internal::CallShape(*queue, message.text, fields...).bytes);
  }

  internal::LoggerCore* core_;  // of shared_
  std::shared_ptr<Shared> shared_;
  internal::ContextPointer context_;
};

}  // namespace logq
