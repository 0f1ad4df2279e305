#include "query/short_format.h"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <optional>

#include "query/terminal_text.h"
#include "query/text_append.h"
#include "wire/utf8.h"

namespace logq::query {
namespace {

constexpr std::uint64_t kUsecPerSecond = 1'000'000;
// journald's bound for a wall-clock time, in the year 3111.
constexpr std::uint64_t kRealtimeUsecMax = std::uint64_t{1} << 55;
// Columns other than the message are left out from this length on, as journalctl does.
constexpr std::size_t kColumnSizeMax = 300;

// The fields of a line; null data() where the entry has none. The last one of a kind counts.
struct Fields {
  std::string_view source_realtime;
  std::string_view hostname;
  std::string_view identifier;
  std::string_view comm;
  std::string_view pid;
  std::string_view syslog_pid;
  std::string_view message;
};

bool take(std::string_view payload, std::string_view prefix, std::string_view& value) {
  if (!payload.starts_with(prefix)) return false;
  value = payload.substr(prefix.size());
  return true;
}

Fields find_fields(const EntryView& entry) {
  Fields fields;
  for (const std::string_view payload : entry.payloads) {
    take(payload, "MESSAGE=", fields.message) || take(payload, "_PID=", fields.pid) ||
        take(payload, "_COMM=", fields.comm) || take(payload, "_HOSTNAME=", fields.hostname) ||
        take(payload, "SYSLOG_IDENTIFIER=", fields.identifier) ||
        take(payload, "SYSLOG_PID=", fields.syslog_pid) ||
        take(payload, "_SOURCE_REALTIME_TIMESTAMP=", fields.source_realtime);
  }
  return fields;
}

// A number as journalctl reads it: leading spaces and a plus sign, decimal, 0x, 0o, 0b or octal.
std::optional<std::uint64_t> parse_lenient_number(std::string_view text) {
  std::array<char, 80> buffer{};
  if (text.empty() || text.size() >= buffer.size()) return std::nullopt;
  text.copy(buffer.data(), text.size());
  const char* begin = buffer.data();
  while (*begin == ' ' || *begin == '\t' || *begin == '\n' || *begin == '\r')
    ++begin;
  if (*begin == '-') return std::nullopt;

  int base = 0;
  if (begin[0] == '0' && (begin[1] == 'b' || begin[1] == 'B')) base = 2;
  if (begin[0] == '0' && (begin[1] == 'o' || begin[1] == 'O')) base = 8;
  if (base != 0) begin += 2;
  char* end = nullptr;
  errno = 0;
  const std::uint64_t value = std::strtoull(begin, &end, base);
  if (errno != 0 || end == begin || *end != '\0') return std::nullopt;
  return value;
}

std::uint64_t shown_time(const EntryView& entry, const Fields& fields) {
  const std::optional<std::uint64_t> source = parse_lenient_number(fields.source_realtime);
  const bool valid = source && *source > 0 && *source < kRealtimeUsecMax;
  return valid ? *source : entry.info.realtime_usec;
}

// Values are printed as C strings once everything is to be shown: up to the first NUL.
std::string_view until_nul(std::string_view value) {
  return value.substr(0, value.find('\0'));
}

}  // namespace

void ShortFormat::append(const EntryView& entry, std::string& out) {
  const Fields fields = find_fields(entry);
  if (fields.message.data() == nullptr) return;

  const std::size_t start = out.size();
  append_time(shown_time(entry, fields), out);
  // Continuation lines are indented by the stored size of the columns, whatever is seen of them.
  std::size_t indent = out.size() - start;
  if (!options_.no_hostname && is_shown(fields.hostname)) {
    indent += append_column(" ", fields.hostname, "", out);
  }
  const std::string_view identifier = is_shown(fields.identifier) ? fields.identifier : fields.comm;
  if (is_shown(identifier)) {
    indent += append_column(" ", identifier, "", out);
  } else {
    out += " unknown";  // does not count, in journalctl either
  }
  const std::string_view pid = is_shown(fields.pid) ? fields.pid : fields.syslog_pid;
  if (is_shown(pid)) indent += append_column("[", pid, "]", out);
  out += ": ";
  append_message(fields.message, indent + 2, out);
}

bool ShortFormat::is_shown(std::string_view value) const {
  if (value.data() == nullptr) return false;
  if (options_.show_all) return true;
  return value.size() < kColumnSizeMax && wire::is_printable_utf8(value, wire::Newlines::kAllowed);
}

void ShortFormat::append_time(std::uint64_t realtime_usec, std::string& out) {
  const auto second = static_cast<std::time_t>(realtime_usec / kUsecPerSecond);
  if (second != cached_second_) {
    std::tm broken_down{};
    const bool known = options_.utc ? gmtime_r(&second, &broken_down) != nullptr
                                    : localtime_r(&second, &broken_down) != nullptr;
    std::array<char, 64> text{};
    const std::size_t size =
        known ? std::strftime(text.data(), text.size(), "%b %d %H:%M:%S", &broken_down) : 0;
    cached_time_.assign(text.data(), size);
    cached_second_ = second;
  }
  out += cached_time_;
}

std::size_t ShortFormat::append_column(std::string_view before,
                                       std::string_view value,
                                       std::string_view after,
                                       std::string& out) const {
  out += before;
  out += options_.show_all ? until_nul(value) : value;
  out += after;
  return before.size() + value.size() + after.size();
}

void ShortFormat::append_message(std::string_view message, std::size_t indent, std::string& out) {
  if (!options_.show_all) {
    message = strip_tabs_and_ansi(message, scratch_);
    if (!wire::is_printable_utf8(message, wire::Newlines::kAllowed)) {
      out.push_back('[');
      append_byte_size(message.size(), out);
      out += " blob data]\n";
      return;
    }
  }
  append_lines(message, indent, out);
}

void ShortFormat::append_lines(std::string_view message,
                               std::size_t indent,
                               std::string& out) const {
  bool first = true;
  do {
    const std::size_t newline = message.find('\n');
    const std::string_view line = message.substr(0, newline);
    if (!first) out.append(indent, ' ');
    out += options_.show_all ? until_nul(line) : line;
    out.push_back('\n');
    first = false;
    message.remove_prefix(newline == std::string_view::npos ? message.size() : newline + 1);
  } while (!message.empty());
}

}  // namespace logq::query
