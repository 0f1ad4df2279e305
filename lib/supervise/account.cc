#include "supervise/account.h"

#include <grp.h>
#include <pwd.h>

#include <charconv>

namespace logq::supervise {
namespace {

template <typename Id>
std::optional<Id> parse_id(const std::string& text) {
  Id id = 0;
  const char* const end = text.data() + text.size();
  const auto [last, error] = std::from_chars(text.data(), end, id);
  if (error != std::errc() || last != end) return std::nullopt;
  return id;
}

}  // namespace

std::optional<Account> find_account(const std::string& name) {
  const auto number = parse_id<uid_t>(name);
  const passwd* const user = number ? ::getpwuid(*number) : ::getpwnam(name.c_str());
  if (user != nullptr)
    return Account{user->pw_name, user->pw_uid, user->pw_gid, user->pw_dir, user->pw_shell};
  if (!number) return std::nullopt;
  Account account;
  account.name = name;
  account.uid = *number;
  account.gid = *number;
  account.is_known = false;
  return account;
}

std::optional<gid_t> find_group(const std::string& name) {
  if (const auto number = parse_id<gid_t>(name)) return number;
  const group* const found = ::getgrnam(name.c_str());
  return found == nullptr ? std::nullopt : std::optional(found->gr_gid);
}

}  // namespace logq::supervise
