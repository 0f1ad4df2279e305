// What an earlier run has left of users' journal files, which is finished or salvaged before the
// store is used: also where users have no files of their own now.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "journal/store.h"
#include "logq/id128.h"
#include "logq/result.h"

namespace logq::collect {

struct SettledUsers {
  std::set<uid_t> users;          // who have files, active or archived
  std::uint64_t tail_seqnum = 0;  // the last number of the system's sequence that is in them
  bool numbers_lost = false;      // others beyond it may have been given out
  bool recovered = false;         // some were not closed
  std::uint64_t recovered_entries = 0;
  std::vector<journal::FileTrouble> troubles;
};

// `seqnum_id` is the system's sequence; `options_of` tells how a user's files are written. Fails
// when the directory cannot be read.
Result<SettledUsers> settle_users(const std::string& directory,
                                  const Id128& seqnum_id,
                                  const std::function<journal::StoreOptions(uid_t)>& options_of);

}  // namespace logq::collect
