// The names of users' journal files: `user-UID.journal`, and `user-UID@….journal` for archives.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>

namespace logq::collect {

// The name of a user's files up to "@" or ".journal".
[[nodiscard]] std::string user_journal_base(uid_t uid);
// The user in the name of a file, active or archived; a directory before it does not matter.
[[nodiscard]] std::optional<uid_t> user_of_journal(std::string_view path);
// Whether it is the name of a file that is written to.
[[nodiscard]] bool is_active_user_journal(std::string_view path);

}  // namespace logq::collect
