#include "collect/user_journal_name.h"

#include <charconv>

namespace logq::collect {
namespace {

constexpr std::string_view kPrefix = "user-";
constexpr std::string_view kSuffix = ".journal";

}  // namespace

std::string user_journal_base(uid_t uid) {
  return std::string(kPrefix) + std::to_string(uid);
}

std::optional<uid_t> user_of_journal(std::string_view path) {
  std::string_view name = path.substr(path.rfind('/') + 1);
  if (!name.starts_with(kPrefix)) return std::nullopt;
  name.remove_prefix(kPrefix.size());
  uid_t uid = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), uid);
  const auto digits = static_cast<std::size_t>(end - name.data());
  if (error != std::errc{} || digits == name.size()) return std::nullopt;
  const bool ends = name[digits] == '@' || name.substr(digits) == kSuffix;
  return ends ? std::optional(uid) : std::nullopt;
}

bool is_active_user_journal(std::string_view path) {
  const auto uid = user_of_journal(path);
  return uid.has_value() && path.find('@', path.rfind('/') + 1) == std::string_view::npos;
}

}  // namespace logq::collect
