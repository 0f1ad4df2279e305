// The fields that the short formats and "cat" know by name, found in one pass over an entry.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace logq::query {

enum class LineField : std::uint8_t {
  kMessage,
  kPriority,
  kIdentifier,
  kComm,
  kPid,
  kSyslogPid,
  kHostname,
  kTransport,
  kUnit,
  kUserUnit,
  kSourceRealtime,
  kSourceMonotonic,
  kConfigFile,
  kDocumentation,
};
inline constexpr std::size_t kLineFields = 14;

[[nodiscard]] std::optional<LineField> find_line_field(std::string_view name);

// Views of the values; null data() where the entry has no such field. The last of several counts.
class LineFields {
 public:
  explicit LineFields(std::span<const std::string_view> payloads);

  [[nodiscard]] std::string_view operator[](LineField field) const {
    return values_[static_cast<std::size_t>(field)];
  }
  [[nodiscard]] bool has(LineField field) const { return (*this)[field].data() != nullptr; }

 private:
  std::array<std::string_view, kLineFields> values_;
};

}  // namespace logq::query
