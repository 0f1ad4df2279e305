// Accounts of users and groups, by name or number, as User= and Group= have them. Asks the system's
// databases, which may take a while; not thread-safe, as they are not.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

namespace logq::supervise {

struct Account {
  std::string name;  // of a number that nobody has: the number
  uid_t uid = 0;
  gid_t gid = 0;
  std::string home = "/";
  std::string shell;
  bool is_known = true;  // not only a number
};

// Nothing where there is no such name. A number needs no account: its group is the same number.
[[nodiscard]] std::optional<Account> find_account(const std::string& name);
[[nodiscard]] std::optional<gid_t> find_group(const std::string& name);

}  // namespace logq::supervise
