// Terminals: where people are logged in, for messages that everybody is to see.
#pragma once

#include <set>
#include <string>

namespace logq::collect {

// The login records of who(1) and the directory of systemd-logind's sessions; tests put others
// here.
struct LoginSources {
  std::string utmp = "/run/utmp";
  std::string sessions = "/run/systemd/sessions";
};

// The device of each, without repeats and at most 512. Nothing where nobody says who is logged in.
[[nodiscard]] std::set<std::string> find_terminals(const LoginSources& sources);

}  // namespace logq::collect
