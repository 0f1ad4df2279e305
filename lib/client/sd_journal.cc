// Without the macros of the same names: here the functions are meant.
#define SD_JOURNAL_SUPPRESS_LOCATION  // NOLINT(readability-identifier-naming): libsystemd's
#include "logq/sd_journal.h"

#include <string.h>

#include <atomic>
#include <cerrno>
#include <charconv>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <string_view>

#include "client/encode_buffer.h"
#include "client/errno_guard.h"
#include "client/native_transport.h"
#include "client/printf_arguments.h"
#include "wire/native_protocol.h"

namespace logq::client {
namespace {

constexpr std::string_view kWhitespace = " \t\n\r";
constexpr std::string_view kIdentifier = "SYSLOG_IDENTIFIER";
constexpr int kPriorityMax = 7;
constexpr int kErrorPriority = 3;

struct Location {
  const char* file = nullptr;
  const char* line = nullptr;
  const char* function = nullptr;
  bool is_given = false;
};

constexpr Location kNowhere{};

// One for the process, made by the first call and never destroyed, so that static destructors can
// log. Not a static local: the lock of its initialisation would stay locked in the child of a fork.
NativeTransport& transport() {
  static std::atomic<NativeTransport*> shared{nullptr};
  // Acquire: sees what the thread that made it wrote; its partner is the exchange below.
  NativeTransport* known = shared.load(std::memory_order_acquire);
  if (known != nullptr) [[likely]]
    return *known;
  NativeOptions options;
  // As libsystemd: every call tries, and tells why it failed.
  options.reconnect_interval = {};
  auto made = std::make_unique<NativeTransport>(
      options, find_sockets("", SearchEnvironment::of_process()), SocketCalls::system());
  if (shared.compare_exchange_strong(known, made.get(), std::memory_order_acq_rel))
    return *made.release();
  return *known;
}

int deliver(std::string_view entry) {
  const SendResult result = transport().send_encoded(entry);
  if (!is_dropped(result.status)) return 0;
  // No socket is no error to those who log: the rule of sd_journal_print(3).
  return result.sys_errno == ENOENT ? 0 : -result.sys_errno;
}

// Fields in the native protocol, behind each other in a buffer.
class JournalEntry {
 public:
  explicit JournalEntry(std::string& out) : out_(out) {}

  // A field as the caller wrote it. False where that is none.
  bool add(std::string_view field) {
    const std::size_t equals = field.find('=');
    if (field.size() < 2 || equals == 0 || equals == std::string_view::npos) return false;
    const std::string_view name = field.substr(0, equals);
    if (name.find('\n') != std::string_view::npos) return false;
    add(name, field.substr(equals + 1));
    return true;
  }
  void add(std::string_view name, std::string_view value) {
    has_identifier_ |= name == kIdentifier;
    wire::encode_native_field(name, value, out_);
  }
  void add(std::string_view name, int number) {
    char digits[16];
    const auto end = std::to_chars(std::begin(digits), std::end(digits), number).ptr;
    add(name, {digits, static_cast<std::size_t>(end - digits)});
  }
  // What every entry has behind the caller's fields.
  bool finish(const Location& location) {
    if (location.is_given) {
      if (location.file == nullptr || location.line == nullptr || location.function == nullptr)
        return false;
      if (!add(location.file) || !add(location.line)) return false;
      add("CODE_FUNC", location.function);
    }
    if (!has_identifier_) add(kIdentifier, program_invocation_short_name);
    return true;
  }

 private:
  std::string& out_;
  bool has_identifier_ = false;
};

void strip(std::string& text) {
  text.resize(text.find_last_not_of(kWhitespace) + 1);
}

int send_entry(JournalEntry& entry, const Location& location, const EncodeMemory& memory) {
  return entry.finish(location) ? deliver(memory.bytes) : -EINVAL;
}

int print(int priority, const char* format, va_list arguments, const Location& location) {
  if (priority < 0 || priority > kPriorityMax || format == nullptr) return -EINVAL;
  EncodeBuffer buffer;
  if (!append_formatted(format, arguments, buffer->values)) return -ENOMEM;
  strip(buffer->values);
  if (buffer->values.empty()) return 0;
  JournalEntry entry(buffer->bytes);
  entry.add("MESSAGE", buffer->values);
  entry.add("PRIORITY", priority);
  return send_entry(entry, location, *buffer);
}

// `reported` is what %m stands for in each of the formats.
int send(const char* format, va_list& arguments, const Location& location, int reported) {
  EncodeBuffer buffer;
  JournalEntry entry(buffer->bytes);
  if (format == nullptr) return -EINVAL;
  // NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized): it does not see the caller begin it
  for (; format != nullptr; format = va_arg(arguments, const char*)) {
    buffer->values.clear();
    errno = reported;
    if (!append_formatted(format, arguments, buffer->values)) return -ENOMEM;
    strip(buffer->values);
    if (!entry.add(buffer->values)) return -EINVAL;
    if (!skip_arguments(format, arguments)) return -EINVAL;
  }
  return send_entry(entry, location, *buffer);
}

int send(std::span<const iovec> fields, const Location& location) {
  EncodeBuffer buffer;
  JournalEntry entry(buffer->bytes);
  for (const iovec& field : fields) {
    if (field.iov_base == nullptr) return -EINVAL;
    if (!entry.add({static_cast<const char*>(field.iov_base), field.iov_len})) return -EINVAL;
  }
  return send_entry(entry, location, *buffer);
}

int print_error(const char* message, const Location& location, int error) {
  char room[256];
  EncodeBuffer buffer;
  std::string& text = buffer->values;
  if (message != nullptr && *message != 0) text.append(message).append(": ");
  text += ::strerror_r(error, room, sizeof room);  // GNU variant
  JournalEntry entry(buffer->bytes);
  entry.add("MESSAGE", text);
  entry.add("PRIORITY", kErrorPriority);
  entry.add("ERRNO", error);
  return send_entry(entry, location, *buffer);
}

// Runs `call(errno)` as those who are in the middle of something else expect: nothing is thrown,
// and errno is what it was.
template <typename Call>
int undisturbed(const Call& call) noexcept try {
  const ErrnoGuard keep_errno;
  return call(keep_errno.saved());
} catch (const std::bad_alloc&) {
  return -ENOMEM;
}

// What is behind the functions of either kind. `count` is an int, as theirs is.
int send_array(const iovec* fields, int count, const Location& location) noexcept {
  if (fields == nullptr || count <= 0) return -EINVAL;
  return undisturbed([&](int) {
    return send({fields, static_cast<std::size_t>(count)}, location);
  });
}

int send_formats(const char* format, va_list& arguments, const Location& location) noexcept {
  return undisturbed([&](int error) { return send(format, arguments, location, error); });
}

int print_formatted(int priority,
                    const char* format,
                    va_list arguments,
                    const Location& location) noexcept {
  return undisturbed([&](int) { return print(priority, format, arguments, location); });
}

int print_errno(const char* message, const Location& location) noexcept {
  return undisturbed([&](int error) { return print_error(message, location, error); });
}

}  // namespace
}  // namespace logq::client

using logq::client::kNowhere;
using logq::client::Location;

int logq_journal_print_with_location(
    int priority, const char* file, const char* line, const char* func, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const Location here{file, line, func, true};
  const int code = logq::client::print_formatted(priority, format, arguments, here);
  va_end(arguments);
  return code;
}

int logq_journal_printv_with_location(int priority,
                                      const char* file,
                                      const char* line,
                                      const char* func,
                                      const char* format,
                                      va_list arguments) {
  const Location here{file, line, func, true};
  return logq::client::print_formatted(priority, format, arguments, here);
}

int logq_journal_send_with_location(
    const char* file, const char* line, const char* func, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const Location here{file, line, func, true};
  const int code = logq::client::send_formats(format, arguments, here);
  va_end(arguments);
  return code;
}

int logq_journal_sendv_with_location(
    const char* file, const char* line, const char* func, const iovec* fields, int count) {
  return logq::client::send_array(fields, count, {file, line, func, true});
}

int logq_journal_perror_with_location(const char* file,
                                      const char* line,
                                      const char* func,
                                      const char* message) {
  return logq::client::print_errno(message, {file, line, func, true});
}

int logq_journal_print(int priority, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int code = logq::client::print_formatted(priority, format, arguments, kNowhere);
  va_end(arguments);
  return code;
}

int logq_journal_printv(int priority, const char* format, va_list arguments) {
  return logq::client::print_formatted(priority, format, arguments, kNowhere);
}

int logq_journal_send(const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int code = logq::client::send_formats(format, arguments, kNowhere);
  va_end(arguments);
  return code;
}

int logq_journal_sendv(const iovec* fields, int count) {
  return logq::client::send_array(fields, count, kNowhere);
}

int logq_journal_perror(const char* message) {
  return logq::client::print_errno(message, kNowhere);
}
