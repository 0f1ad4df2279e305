#include "collect/journal_owner.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

namespace logq::collect {
namespace {

// systemd's documentation, "Users, Groups, UIDs and GIDs on systemd Systems"; as journald 259.
struct Range {
  uid_t first;
  uid_t last;
};
constexpr std::array kOthers = {
    Range{0, 999},                  // root and the system's
    Range{60578, 60705},            // greeters
    Range{61184, 65519},            // dynamic
    Range{65534, 65535},            // nobody, and 16-bit "none"
    Range{524288, 1879048191},      // containers
    Range{2147352576, 2147418111},  // foreign images
    Range{4294967294, 4294967295},  // "none"
};

std::optional<uid_t> parse_uid(std::string_view text) {
  uid_t uid = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), uid);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return uid;
}

}  // namespace

bool is_regular_user(uid_t uid) {
  return std::ranges::none_of(
      kOthers, [uid](const Range& range) { return uid >= range.first && uid <= range.last; });
}

std::optional<uid_t> owner_of(const ClientMetadata* client, SplitMode mode) {
  if (client == nullptr || mode == SplitMode::kNone) return std::nullopt;
  std::optional<uid_t> uid = client->credentials().uid;
  // What root does in somebody's session (sudo) is not for that user to read.
  if (mode == SplitMode::kLogin && uid != uid_t{0}) {
    uid = parse_uid(client->value(TrustedField::kOwnerUid));
  }
  return uid.has_value() && is_regular_user(*uid) ? uid : std::nullopt;
}

}  // namespace logq::collect
