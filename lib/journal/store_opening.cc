#include "journal/store_opening.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/ids.h"
#include "base/io.h"
#include "base/try.h"
#include "journal/archive_name.h"
#include "journal/file_header.h"
#include "journal/file_names.h"
#include "journal/salvage.h"
#include "journal/store_recovery.h"
#include "journal/store_sequence.h"

namespace logq::journal {
namespace {

class Opener {
 public:
  Opener(const StoreOptions& options, const std::string& active_path, const std::string& base)
      : options_(options),
        active_path_(active_path),
        base_(base) {}

  Result<StoreOpening> open();

 private:
  void settle_others();
  Result<void> settle_active();
  Result<void> recover(const std::string& path);
  Result<void> retire_foreign();
  void continue_after(const SequencePosition& position);

  const StoreOptions& options_;
  const std::string& active_path_;
  const std::string& base_;
  StoreOpening found_;
  Id128 last_boot_;            // of the newest archive's last entry
  bool numbers_lost_ = false;  // beyond found_.position
  std::uint64_t claimed_ = 0;  // the highest number that a header claims, where it may be so
};

Result<StoreOpening> Opener::open() {
  remove_leftovers(active_path_);
  settle_others();
  LOGQ_TRY(settle_active());
  found_.report.tail_seqnum = found_.position.tail_seqnum;
  // Whoever goes on with a file knows its numbers.
  if (numbers_lost_ && found_.active == nullptr) {
    found_.position.tail_seqnum = std::max(found_.position.tail_seqnum, claimed_) + kSequenceGap;
  }
  return std::move(found_);
}

// What cannot be dealt with keeps its name, which is in nobody's way, and its entries.
void Opener::settle_others() {
  Settled settled = settle_interrupted_rotation(active_path_, options_.writer);
  const SequenceEnd known = find_sequence(options_.directory, base_);
  found_.position = known.position;
  last_boot_ = known.boot_id;
  found_.report.troubles = std::move(settled.troubles);
  for (const std::string& path : settled.unclean) {
    const auto recovered = recover(path);
    if (!recovered) found_.report.troubles.push_back({path, recovered.error()});
  }
  if (!found_.report.troubles.empty()) numbers_lost_ = true;
}

Result<void> Opener::settle_active() {
  auto reopened = FileWriter::reopen(active_path_, options_.writer);
  if (reopened) {
    found_.active = std::move(*reopened);
    const SequencePosition archived = std::exchange(found_.position, found_.active->sequence());
    found_.is_stray = archived.seqnum_id == found_.position.seqnum_id &&
                      archived.tail_seqnum > found_.position.tail_seqnum;
    if (found_.is_stray) found_.position = archived;
    return {};
  }
  const Error& error = reopened.error();
  if (error.code == Errc::kBusy || error.code == Errc::kCorrupt) return recover(active_path_);
  if (error.code == Errc::kUnsupported) return retire_foreign();
  if (error.sys_errno != ENOENT) return fail(error);
  // It was archived and the next one not begun, or that one has gone with the power.
  const SequencePosition& archived = found_.position;
  numbers_lost_ |= !archived.seqnum_id.is_null() && last_boot_ != base::boot_id();
  return {};
}

// Takes over a position unless it is behind what is already known of that sequence.
void Opener::continue_after(const SequencePosition& position) {
  if (position.seqnum_id.is_null()) return;
  const bool same = position.seqnum_id == found_.position.seqnum_id;
  const std::uint64_t known = same ? found_.position.tail_seqnum : 0;
  found_.position = {position.seqnum_id, std::max(known, position.tail_seqnum)};
}

Result<void> Opener::recover(const std::string& path) {
  remove_leftovers(path);
  const SalvageReport salvaged = LOGQ_TRY(salvage(path, options_.writer));
  found_.report.recovered = true;
  found_.report.recovered_path = salvaged.path;
  found_.report.recovered_entries += salvaged.entries;
  continue_after(salvaged.sequence);

  // A process that was killed leaves all it wrote to the kernel. A machine that went down does not,
  // and neither does damage: then nobody knows which numbers were given out.
  const bool same_boot = salvaged.tail_boot_id == base::boot_id();
  const bool all_known = !salvaged.sequence.seqnum_id.is_null() && salvaged.complete && same_boot;
  if (!all_known) {
    const std::uint64_t claimed = salvaged.complete ? 0 : salvaged.claimed_tail_seqnum;
    const std::uint64_t known = found_.position.tail_seqnum;
    // A claim from a damaged header may be any number; believe it only while it is near.
    if (claimed > known && claimed - known < kSequenceGap) claimed_ = std::max(claimed_, claimed);
    numbers_lost_ = true;
  }
  return {};
}

// A journal file of another writer under our name (journald's, or one of ours whose archiving was
// interrupted before the rename) is not touched inside: it gets its archive name.
Result<void> Opener::retire_foreign() {
  const auto header = read_file_header(active_path_);
  if (!header || header->state == FileState::kOnline || header->n_entries == 0) {
    if (header) {
      SequencePosition position{{}, header->tail_entry_seqnum};
      std::memcpy(position.seqnum_id.bytes.data(), header->seqnum_id, sizeof header->seqnum_id);
      continue_after(position);
    }
    found_.report.recovered = !header || header->state == FileState::kOnline;
    found_.report.recovered_path = LOGQ_TRY(set_aside(active_path_));
    return {};
  }
  ArchiveName name{base_, {}, header->head_entry_seqnum, header->head_entry_realtime};
  std::memcpy(name.seqnum_id.bytes.data(), header->seqnum_id, sizeof header->seqnum_id);
  continue_after({name.seqnum_id, header->tail_entry_seqnum});
  const std::string target = options_.directory + "/" + name.to_string();
  const auto renamed = rename_without_replacing(active_path_, target);
  if (renamed) return base::sync_parent_directory(target);
  if (renamed.error().sys_errno != EEXIST) return renamed;
  return set_aside(active_path_).map([](const std::string&) {});
}

}  // namespace

Result<StoreOpening> open_store_files(const StoreOptions& options,
                                      const std::string& active_path,
                                      const std::string& base) {
  return Opener(options, active_path, base).open();
}

}  // namespace logq::journal
