// An spdlog sink that logs to the journal with real fields. Works with spdlog 1.10 and newer.
//
//   auto log = std::make_shared<spdlog::logger>("app", std::make_shared<logq::spdlog_sink>());
//   log->info("user {} logged in", logq::kv("USER_ID", 42));
//
// Fields of an entry:
//   MESSAGE                     the formatted text, byte for byte; the logger's pattern is not
//                               applied (the journal keeps time, level and name as fields)
//   PRIORITY                    from the level, see SpdlogSinkOptions::priorities
//   LOGGER                      the name of the spdlog logger, if it has one
//   SYSLOG_IDENTIFIER           the program's name unless the options say otherwise
//   TID                         the thread that logged
//   CODE_FILE, CODE_LINE, CODE_FUNC   where spdlog was given a source location (SPDLOG_INFO(...))
//   SOURCE_REALTIME_TIMESTAMP   when it was logged, µs since 1970
//   and the application's own: logq::kv(...) arguments, logq::ScopedField objects alive on the
//   thread, and spdlog::mdc entries where this spdlog has them (user_id becomes USER_ID).
//
// kv and ScopedField belong to the thread, so they do not pass through an spdlog async_logger's
// thread: use a synchronous spdlog logger with this sink; it costs one system call and no lock, or
// with SpdlogSinkOptions::async a copy into a queue.
//
// What cannot be delivered goes to spdlog's error handler with the errno of the failure (an
// exception inside spdlog, as its sinks do; not with SPDLOG_NO_EXCEPTIONS) and is counted and
// reported by the Logger underneath. An asynchronous sink hands over what its call has dropped: a
// full queue is EAGAIN; what its thread could not deliver later is counted and reported only.
// flush() reports ETIMEDOUT or ECONNREFUSED. Thread-safe without a mutex.
#pragma once

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <spdlog/common.h>
#include <spdlog/fmt/fmt.h>
#include <spdlog/sinks/sink.h>
#include <spdlog/version.h>
#if __has_include(<spdlog/mdc.h>) && !defined(SPDLOG_NO_TLS)
#define LOGQ_SPDLOG_HAS_MDC 1
// Some versions of mdc.h may be included only once; a header-only spdlog includes it by itself.
#ifdef SPDLOG_HEADER_ONLY
#include <spdlog/pattern_formatter.h>
#else
#include <spdlog/mdc.h>
#endif
#endif

#include "logq/logger.h"
#include "logq/thread_field.h"

namespace logq {

// The importance of each spdlog level, from trace to off; nullopt is not sent.
using SpdlogPriorities =
    std::array<std::optional<Priority>, static_cast<std::size_t>(spdlog::level::n_levels)>;

struct SpdlogSinkOptions {
  std::string identifier{};  // SYSLOG_IDENTIFIER=; empty: the program's short name
  // trace and debug are debug, critical is critical (journald syncs its file for each of those).
  // `off` is no level to log at.
  SpdlogPriorities priorities{Priority::kDebug,   Priority::kDebug, Priority::kInfo,
                              Priority::kWarning, Priority::kError, Priority::kCritical,
                              std::nullopt};
  Backend backend = Backend::kNative;
  std::string socket_path{};                  // see NativeOptions
  std::chrono::milliseconds max_block{1000};  // see NativeOptions
  std::chrono::milliseconds flush_timeout{1000};
  // See AsyncOptions. In place of an spdlog async_logger, not together with one: a call takes its
  // fields from the thread that logs, costs a copy, and keeps its place in that thread's order.
  std::optional<AsyncOptions> async{};
};

class spdlog_sink final
    : public spdlog::sinks::sink {  // NOLINT(readability-identifier-naming): as spdlog's
 public:
  explicit spdlog_sink(const SpdlogSinkOptions& options = {})
      : spdlog_sink(Logger({.identifier = options.identifier,
                            .backend = options.backend,
                            .socket_path = options.socket_path,
                            .max_block = options.max_block,
                            .async = options.async}),
                    options) {}
  // Sends through a logger of the caller's, whose context fields it adds; of the options only
  // `priorities` and `flush_timeout` count.
  explicit spdlog_sink(Logger logger, const SpdlogSinkOptions& options = {})
      : logger_(std::move(logger)),
        priorities_(options.priorities),
        flush_timeout_(options.flush_timeout) {}

  void log(const spdlog::details::log_msg& message) override {
    const auto level = static_cast<std::size_t>(message.level);
    const std::optional<Priority> priority =
        level < priorities_.size() ? priorities_[level] : std::nullopt;
    if (!priority) return;
    Entry entry;
    entry.priority = *priority;
    entry.message = {message.payload.data(), message.payload.size()};
    entry.thread_id = message.thread_id;
    entry.realtime_usec = microseconds_since_1970(message.time);
    if (message.source.filename != nullptr) entry.code_file = message.source.filename;
    if (message.source.funcname != nullptr) entry.code_function = message.source.funcname;
    entry.code_line = static_cast<std::uint32_t>(message.source.line);
    report(submit(entry, {message.logger_name.data(), message.logger_name.size()}));
  }

  // Waits until the collector has taken what was sent.
  void flush() override {
    const FlushResult result = logger_.flush(flush_timeout_);
    if (result == FlushResult::kTimedOut) fail("logq: flush timed out", ETIMEDOUT);
    if (result == FlushResult::kCollectorGone)
      fail("logq: flush without a collector", ECONNREFUSED);
  }

  // The journal shows entries in the reader's format, so patterns have no effect. (spdlog sets
  // one on every sink of a registered logger, asked or not.)
  void set_pattern(const std::string& /*pattern*/) override {}
  void set_formatter(std::unique_ptr<spdlog::formatter> /*formatter*/) override {}

  // The logger underneath: its counters, its level.
  [[nodiscard]] const Logger& logger() const { return logger_; }

 private:
  static std::uint64_t microseconds_since_1970(spdlog::log_clock::time_point time) {
    using std::chrono::microseconds;
    const auto count = std::chrono::duration_cast<microseconds>(time.time_since_epoch()).count();
    return count > 0 ? static_cast<std::uint64_t>(count) : 0;
  }

  SendResult submit(Entry& entry, std::string_view logger_name) const {
#ifdef LOGQ_SPDLOG_HAS_MDC
    const auto& mdc = spdlog::mdc::get_context();
    if (!mdc.empty()) {
      std::vector<Field> fields;
      fields.reserve(mdc.size() + 1);
      for (const auto& [key, value] : mdc)
        fields.push_back(runtime_field(key, value));
      if (!logger_name.empty()) fields.push_back(field("LOGGER", logger_name));
      entry.fields = fields;
      return logger_.submit(entry);
    }
#endif
    const std::array<Field, 1> name{field("LOGGER", logger_name)};
    if (!logger_name.empty()) entry.fields = name;
    return logger_.submit(entry);
  }

  void report(const SendResult& result) const {
    if (!is_dropped(result.status)) return;
    fail("logq: message dropped", result.sys_errno);
  }

  static void fail(const char* what, int sys_errno) {
#ifndef SPDLOG_NO_EXCEPTIONS
    spdlog::throw_spdlog_ex(what, sys_errno);  // spdlog's logger hands it to its error handler
#else
    static_cast<void>(what);  // there it would abort; the Logger's counters tell
    static_cast<void>(sys_errno);
#endif
  }

  const Logger logger_;
  const SpdlogPriorities priorities_;
  const std::chrono::milliseconds flush_timeout_;
};

namespace internal {

// What a KeyValue prints: numbers as themselves, so that {:>8} and {:x} work; else text.
template <typename T>
inline constexpr bool kPrintsItself =
    std::is_arithmetic_v<std::remove_cvref_t<T>> && !std::is_same_v<std::remove_cvref_t<T>, char>;

template <typename T>
using Printed = std::conditional_t<kPrintsItself<T>, std::remove_cvref_t<T>, std::string_view>;

}  // namespace internal
}  // namespace logq

#ifdef SPDLOG_USE_STD_FORMAT
#define LOGQ_FORMAT_NAMESPACE std
#else
#define LOGQ_FORMAT_NAMESPACE fmt
#endif

template <typename T>
struct LOGQ_FORMAT_NAMESPACE::formatter<logq::KeyValue<T>>
    : LOGQ_FORMAT_NAMESPACE::formatter<logq::internal::Printed<T>> {
  template <typename Context>
  auto format(const logq::KeyValue<T>& pair, Context& context) const {
    using Base = LOGQ_FORMAT_NAMESPACE::formatter<logq::internal::Printed<T>>;
    if constexpr (logq::internal::kPrintsItself<T>) {
      return Base::format(pair.value(), context);
    } else {
      const logq::Value& value = pair.field().value;
      if (value.kind() == logq::Value::Kind::kText) return Base::format(value.text(), context);
      const std::string text = logq::internal::text_of(value);
      return Base::format(std::string_view(text), context);
    }
  }
};
#undef LOGQ_FORMAT_NAMESPACE
