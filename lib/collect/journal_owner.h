// Whose journal file an entry goes to (SplitMode=): a regular user's own, or the system's.
#pragma once

#include <sys/types.h>

#include <optional>

#include "collect/client_metadata.h"
#include "collect/options.h"

namespace logq::collect {

// Users who have a file of their own: people. Not root and the accounts of the system, nor numbers
// that systemd gives out for a while (DynamicUser=, greeters, containers, foreign images).
[[nodiscard]] bool is_regular_user(uid_t uid);

// The user whose file takes the entries of `client`; none: they are the system's.
[[nodiscard]] std::optional<uid_t> owner_of(const ClientMetadata* client, SplitMode mode);

}  // namespace logq::collect
