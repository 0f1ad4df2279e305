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
#include <source_location>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "logq/field.h"
#include "logq/priority.h"
#include "logq/transport.h"

namespace logq {

enum class Backend : std::uint8_t {
  kNative,       ///< the collector's socket, standard error where there is none
  kStdoutLines,  ///< "<N>" lines on standard output, for a supervisor that captures it
  kStdoutJson,   ///< JSON lines on standard output, for containers
};

struct LoggerOptions {
  std::string identifier{};  // SYSLOG_IDENTIFIER=; empty: the program's short name
  Backend backend = Backend::kNative;
  Priority level = Priority::kDebug;          // the least important priority that is sent
  std::string socket_path{};                  // see NativeOptions
  std::chrono::milliseconds max_block{1000};  // see NativeOptions
};

// What became of all calls so far: sent + fell_back + filtered + the dropped ones == calls made.
struct LoggerStatistics {
  std::uint64_t sent = 0;
  std::uint64_t fell_back = 0;
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
  requires(std::is_same_v<Fields, Field>&&...) [[nodiscard]] Logger
      with(const Fields&... fields) const {
    const std::array<Field, sizeof...(Fields)> list{fields...};
    return with_fields(list);
  }
  [[nodiscard]] Logger with_fields(std::span<const Field> fields) const;

  template <typename... Fields>
  requires(std::is_same_v<Fields, Field>&&...) SendStatus
      log(Priority priority, Message message, const Fields&... fields)
  const noexcept {
    if (!is_enabled(priority)) return filtered();
    if constexpr (sizeof...(Fields) == 0) {
      return log_fields(priority, message, {});
    } else {
      const Field list[] = {fields...};
      return log_fields(priority, message, list);
    }
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

  [[nodiscard]] bool is_enabled(Priority priority) const noexcept;
  // Takes effect at once, for all copies.
  void set_level(Priority level) const noexcept;

  [[nodiscard]] LoggerStatistics statistics() const noexcept;
  // One line about the last refusal of the transport: "/run/x/socket: Connection refused".
  [[nodiscard]] std::string describe_failure() const;

 private:
  struct Shared;
  struct Context;

  Logger(std::shared_ptr<Shared> shared, std::shared_ptr<const Context> context);
  SendStatus filtered() const noexcept;

  std::shared_ptr<Shared> shared_;
  std::shared_ptr<const Context> context_;
};

}  // namespace logq
