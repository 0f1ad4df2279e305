#include "wire/audit_record.h"

#include <algorithm>
#include <charconv>
#include <span>

#include "base/ascii.h"
#include "base/hex_digit.h"

namespace logq::wire {
namespace {

constexpr std::string_view kUserPart = "msg='";
constexpr std::size_t kFieldsMax = 64;
constexpr std::size_t kNameMax = 15;

enum class Form {
  kSimple,     // up to the next space
  kString,     // quoted, or in hexadecimal digits
  kPrintable,  // the same, with control characters made spaces
};

struct Mapping {
  std::string_view name;   // with its equals sign
  std::string_view field;  // the same
  Form form = Form::kSimple;
};

constexpr Mapping kKernelFields[] = {
    {"pid=", "_PID="},
    {"ppid=", "_PPID="},
    {"uid=", "_UID="},
    {"euid=", "_EUID="},
    {"fsuid=", "_FSUID="},
    {"gid=", "_GID="},
    {"egid=", "_EGID="},
    {"fsgid=", "_FSGID="},
    {"tty=", "_TTY="},
    {"ses=", "_AUDIT_SESSION="},
    {"auid=", "_AUDIT_LOGINUID="},
    {"subj=", "_SELINUX_CONTEXT="},
    {"comm=", "_COMM=", Form::kString},
    {"exe=", "_EXE=", Form::kString},
    {"proctitle=", "_CMDLINE=", Form::kPrintable},
    {"path=", "_AUDIT_FIELD_PATH=", Form::kString},
    {"dev=", "_AUDIT_FIELD_DEV=", Form::kString},
    {"name=", "_AUDIT_FIELD_NAME=", Form::kString},
};

constexpr Mapping kUserFields[] = {
    {"cwd=", "AUDIT_FIELD_CWD=", Form::kString},   {"cmd=", "AUDIT_FIELD_CMD=", Form::kString},
    {"acct=", "AUDIT_FIELD_ACCT=", Form::kString}, {"exe=", "AUDIT_FIELD_EXE=", Form::kString},
    {"comm=", "AUDIT_FIELD_COMM=", Form::kString},
};

std::optional<std::uint64_t> take_number(std::string_view& rest, char terminator) {
  std::uint64_t number = 0;
  const char* last = rest.data() + rest.size();
  const auto [end, error] = std::from_chars(rest.data(), last, number);
  if (error != std::errc{} || end == last || *end != terminator) return std::nullopt;
  rest.remove_prefix(static_cast<std::size_t>(end - rest.data()) + 1);
  return number;
}

void skip_whitespace(std::string_view& rest) {
  rest.remove_prefix(std::min(rest.find_first_not_of(base::kBlanks), rest.size()));
}

std::string_view take_word(std::string_view& rest) {
  const std::string_view word = rest.substr(0, rest.find(' '));
  rest.remove_prefix(word.size());
  return word;
}

std::optional<std::string> decode_hex(std::string_view digits) {
  if (digits.empty() || digits.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    const auto high = base::hex_digit(digits[i]);
    const auto low = base::hex_digit(digits[i + 1]);
    if (!high.has_value() || !low.has_value()) return std::nullopt;
    bytes += static_cast<char>(*high * 16 + *low);
  }
  return bytes;
}

// The kernel puts a string in quotes, or, where it has a byte that would disturb, in digits.
std::optional<std::string> take_string(std::string_view& rest, Form form) {
  if (rest.starts_with('"')) {
    const std::size_t end = rest.find('"', 1);
    if (end == std::string_view::npos) return std::nullopt;
    std::string value(rest.substr(1, end - 1));
    rest.remove_prefix(end + 1);
    return value;
  }
  std::string_view behind = rest;
  auto value = decode_hex(take_word(behind));
  if (!value.has_value()) return std::nullopt;
  rest = behind;
  if (form == Form::kPrintable) {
    std::ranges::replace_if(
        *value, [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
  }
  return value;
}

// Takes one of the known fields, if it is one and its value has the form it should have.
std::optional<std::string> take_mapped(std::span<const Mapping> mappings, std::string_view& rest) {
  const auto found = std::ranges::find_if(
      mappings, [rest](const Mapping& mapping) { return rest.starts_with(mapping.name); });
  if (found == mappings.end()) return std::nullopt;
  std::string_view behind = rest.substr(found->name.size());
  const auto value = found->form == Form::kSimple ? std::string(take_word(behind))
                                                  : take_string(behind, found->form);
  if (!value.has_value()) return std::nullopt;
  rest = behind;
  return std::string(found->field) + *value;
}

bool is_name_character(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         c == '-';
}

// Takes "name=value" of any other name, in capitals behind `prefix`.
std::optional<std::string> take_other(std::string_view prefix, std::string_view& rest) {
  const std::string_view name = rest.substr(0, rest.find('='));
  if (name.empty() || name.size() > kNameMax || name.size() == rest.size() ||
      !std::ranges::all_of(name, is_name_character)) {
    return std::nullopt;
  }
  std::string field(prefix);
  for (const char c : name) {
    const bool is_lower = c >= 'a' && c <= 'z';
    field += is_lower ? static_cast<char>(c - 'a' + 'A') : c == '-' ? '_' : c;
  }
  rest.remove_prefix(name.size() + 1);
  return (field += '=').append(take_word(rest));
}

}  // namespace

std::optional<AuditRecord> parse_audit_record(std::string_view payload) {
  constexpr std::string_view kFront = "audit(";
  if (!payload.starts_with(kFront) || payload.find('\0') != std::string_view::npos) {
    return std::nullopt;
  }
  std::string_view rest = payload.substr(kFront.size());
  const auto seconds = take_number(rest, '.');
  if (!seconds.has_value()) return std::nullopt;
  const auto milliseconds = take_number(rest, ':');
  if (!milliseconds.has_value()) return std::nullopt;
  const auto id = take_number(rest, ')');
  if (!id.has_value() || !rest.starts_with(':')) return std::nullopt;
  rest.remove_prefix(1);
  skip_whitespace(rest);
  if (rest.empty()) return std::nullopt;
  return AuditRecord{*seconds * 1'000'000 + *milliseconds * 1'000, *id, rest};
}

void append_audit_fields(std::string_view text, std::vector<std::string>& out) {
  std::span<const Mapping> mappings = kKernelFields;
  std::string_view prefix = "_AUDIT_FIELD_";
  std::size_t fields = 0;
  bool is_users = false;
  for (skip_whitespace(text); !text.empty() && fields < kFieldsMax; skip_whitespace(text)) {
    if (!is_users && text.starts_with(kUserPart)) {
      // Not escaped, but the last of all, so that its end is the record's.
      text.remove_prefix(kUserPart.size());
      if (!text.ends_with('\'')) return;
      text.remove_suffix(1);
      is_users = true;
      mappings = kUserFields;
      prefix = "AUDIT_FIELD_";
      continue;
    }
    auto field = take_mapped(mappings, text);
    if (!field.has_value()) field = take_other(prefix, text);
    if (field.has_value()) {
      out.push_back(std::move(*field));
      ++fields;
    } else {
      text.remove_prefix(std::min(text.find_first_of(base::kBlanks), text.size()));
    }
  }
}

}  // namespace logq::wire
