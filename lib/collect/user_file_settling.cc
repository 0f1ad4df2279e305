#include "collect/user_file_settling.h"

#include <algorithm>

#include "base/try.h"
#include "collect/user_journal_name.h"
#include "journal/directory.h"
#include "journal/file_header.h"
#include "journal/own_profile.h"
#include "journal/store_opening.h"

namespace logq::collect {
namespace {

// A store's beginning, but for the new file: who has logged may never do so again.
void settle_user(const journal::StoreOptions& options, const Id128& seqnum_id, SettledUsers& all) {
  const std::string path = options.directory + "/" + options.base + ".journal";
  auto opened = journal::open_store_files(options, path, options.base);
  if (!opened.has_value()) {
    all.troubles.push_back({path, opened.error()});
    all.numbers_lost = true;
    return;
  }
  if (opened->active != nullptr) std::ignore = opened->active->close();
  const journal::OpenReport& report = opened->report;
  all.recovered |= report.recovered;
  all.recovered_entries += report.recovered_entries;
  all.troubles.insert(all.troubles.end(), report.troubles.begin(), report.troubles.end());
  if (opened->position.seqnum_id != seqnum_id) return;
  all.tail_seqnum = std::max(all.tail_seqnum, report.tail_seqnum);
  all.numbers_lost |= opened->position.tail_seqnum > report.tail_seqnum;
}

}  // namespace

// Of a file that was closed the header tells the last number; one that was not is salvaged.
Result<SettledUsers> settle_users(const std::string& directory,
                                  const Id128& seqnum_id,
                                  const std::function<journal::StoreOptions(uid_t)>& options_of) {
  SettledUsers all;
  for (const std::string& path : LOGQ_TRY(journal::journal_files(directory))) {
    const auto uid = user_of_journal(path);
    if (!uid.has_value()) continue;
    all.users.insert(*uid);
    const auto header = journal::read_file_header(path);
    if (!header.has_value()) continue;
    if (header->state == journal::FileState::kOnline && journal::is_own_profile(*header)) {
      settle_user(options_of(*uid), seqnum_id, all);
    } else if (journal::read_id(header->seqnum_id) == seqnum_id) {
      all.tail_seqnum = std::max<std::uint64_t>(all.tail_seqnum, header->tail_entry_seqnum);
    }
  }
  return all;
}

}  // namespace logq::collect
