#include "journal/archive_name.h"

#include <charconv>

namespace logq::journal {
namespace {

constexpr std::string_view kSuffix = ".journal";
constexpr std::size_t kNumberDigits = 16;
constexpr std::size_t kIdDigits = 32;
// "@" ID "-" NUMBER "-" NUMBER ".journal"
constexpr std::size_t kTailLength = 1 + kIdDigits + 2 * (1 + kNumberDigits) + kSuffix.size();

void append_hex16(std::string& out, std::uint64_t value) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (int shift = 60; shift >= 0; shift -= 4)
    out += kDigits[(value >> shift) & 0xf];
}

std::optional<std::uint64_t> parse_hex16(std::string_view digits) {
  std::uint64_t value = 0;
  const char* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, value, 16);
  if (error != std::errc{} || stop != end || digits.size() != kNumberDigits) return std::nullopt;
  return value;
}

}  // namespace

std::optional<ArchiveName> ArchiveName::parse(std::string_view file_name) {
  if (file_name.size() <= kTailLength || !file_name.ends_with(kSuffix)) return std::nullopt;
  const std::size_t base_length = file_name.size() - kTailLength;
  const std::string_view tail = file_name.substr(base_length);
  constexpr std::size_t kFirstDash = 1 + kIdDigits;
  constexpr std::size_t kSecondDash = kFirstDash + 1 + kNumberDigits;
  if (tail[0] != '@' || tail[kFirstDash] != '-' || tail[kSecondDash] != '-') return std::nullopt;

  const auto id = Id128::parse(tail.substr(1, kIdDigits));
  const auto seqnum = parse_hex16(tail.substr(kFirstDash + 1, kNumberDigits));
  const auto realtime = parse_hex16(tail.substr(kSecondDash + 1, kNumberDigits));
  if (!id || !seqnum || !realtime) return std::nullopt;
  return ArchiveName{std::string(file_name.substr(0, base_length)), *id, *seqnum, *realtime};
}

std::string ArchiveName::to_string() const {
  std::string name = base;
  name += '@';
  name += seqnum_id.to_string();
  name += '-';
  append_hex16(name, head_seqnum);
  name += '-';
  append_hex16(name, head_realtime_usec);
  name += kSuffix;
  return name;
}

std::optional<std::uint64_t> parse_disposed_name(std::string_view file_name) {
  // "@" NUMBER "-" NUMBER ".journal~"
  constexpr std::size_t kDash = 1 + kNumberDigits;
  constexpr std::size_t kLength = 2 * kDash + kSuffix.size() + 1;
  if (file_name.size() <= kLength) return std::nullopt;
  const std::string_view tail = file_name.substr(file_name.size() - kLength);
  if (tail[0] != '@' || tail[kDash] != '-' || !tail.ends_with(".journal~")) return std::nullopt;
  if (!parse_hex16(tail.substr(kDash + 1, kNumberDigits))) return std::nullopt;
  return parse_hex16(tail.substr(1, kNumberDigits));
}

std::string disposed_name(std::string_view base,
                          std::uint64_t realtime_usec,
                          std::uint64_t random) {
  std::string name(base);
  name += '@';
  append_hex16(name, realtime_usec);
  name += '-';
  append_hex16(name, random);
  name += kSuffix;
  name += '~';
  return name;
}

}  // namespace logq::journal
