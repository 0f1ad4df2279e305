// FileSource: one file's part in a Journal: where reading stands in it, and which of its entries
// comes next in the direction of travel.
//
// A place in a file is a gap between two entries, kept as an offset: entries below it lie behind,
// the others ahead. Gaps survive growth, renaming and a change of direction. Not thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "journal/cursor.h"
#include "journal/entry_order.h"
#include "journal/file_reader.h"
#include "journal/match.h"
#include "journal/narrowing.h"
#include "journal/selection.h"

namespace logq::journal {

enum class Direction { kForward, kBackward };

// The last entry of a file that can be read.
[[nodiscard]] std::optional<EntryInfo> last_entry_of(FileReader& file);
// The machine that an entry is from: its _MACHINE_ID, else the file's.
[[nodiscard]] Id128 machine_of(FileReader& file, FileOffset entry);

class FileSource {
 public:
  // `match` and `narrowing` must outlive the source. An empty function does not narrow; else the
  // match must want all.
  FileSource(std::unique_ptr<FileReader> reader, const Match& match, const Narrowing& narrowing);

  [[nodiscard]] FileReader& reader() { return *reader_; }
  [[nodiscard]] const FileReader& reader() const { return *reader_; }
  [[nodiscard]] const Id128& seqnum_id() const { return reader_->info().seqnum_id; }
  // Begins anew with what match and narrowing have become.
  void select();
  // Takes notice of what was appended and tells `boots` what the last entry says. True when the
  // file was found to be archived now.
  bool refresh(BootOrder& boots);

  // Finds the next entry in `direction` unless it is known; damaged ones are reported and passed.
  // False when there is none.
  bool load(Direction direction, const BootOrder& boots) {
    return loaded_ || find_candidate(direction, boots);
  }
  // REQUIRES for both: load() returned true and nothing moved since.
  [[nodiscard]] const PlacedEntry& candidate() const { return candidate_; }
  void pass(Direction direction) { stand(direction, candidate_.info.offset); }
  // Forgets the candidate (the direction changes).
  void turn() { loaded_ = false; }
  // Puts the gap just before or just behind an entry of this file.
  void stand(Direction side, FileOffset entry) {
    at_tail_ = false;
    gap_ = side == Direction::kForward ? entry + 1 : entry;
    loaded_ = false;
  }

  void seek_head();
  void seek_tail();
  // The first entry at or after `target`, found by what the two have in common: sequence, else
  // boot, else realtime; the head when nothing.
  void seek(const Cursor& target);
  // Moves the gap past neighbours that are earlier than `target`, or back past later ones.
  void align(const PlacedEntry& target, const BootOrder& boots);
  // Behind the entry that has this number; none up to it is handed out in forward direction, even
  // when it is appended later.
  void seek_behind_seqnum(std::uint64_t seqnum);
  // The first entry at or after (seqnum_id, seqnum) or (boot, monotonic), if the file can say.
  [[nodiscard]] std::optional<EntryInfo> find(const Cursor& target);
  // The number of the last entry that lies behind, 0 when there is none.
  [[nodiscard]] std::uint64_t seqnum_behind();

  [[nodiscard]] std::optional<EntryInfo> first_entry();
  [[nodiscard]] std::optional<EntryInfo> last_entry();
  // Whether an entry of the same sequence is in this file too.
  [[nodiscard]] bool has(const EntryInfo& entry);

  // Of which chain (file_chain.h) it is a member, and whether the wall clock ran on along that
  // chain.
  void join_chain(std::size_t chain, bool times_ascend);
  void leave_chain() { chain_.reset(); }
  [[nodiscard]] std::optional<std::size_t> chain() const { return chain_; }
  // False once an entry refuted what the header says of the first and last one.
  [[nodiscard]] bool is_trusted() const { return trusted_; }
  // Compares the first or last entry with the header, once; true when they agree.
  bool confirm(FileEnd end);
  // Whether it is a member of a chain all of whose numbers are below, or above, `seqnum`.
  [[nodiscard]] bool lies_before(std::uint64_t seqnum);
  [[nodiscard]] bool lies_after(std::uint64_t seqnum);

  // The file has no name any more: it is read to its end and then let go.
  bool detached = false;
  // The place of the file among those that were found together.
  std::size_t rank = 0;
  // It was said where reading begins; put off while a file that appeared has no entries.
  bool placed = false;

 private:
  template <typename Predicate>
  std::optional<FileOffset> first_where(const EntryList& entries, Predicate predicate);
  [[nodiscard]] std::optional<EntryInfo> readable_from(const EntryList& entries,
                                                       std::uint64_t index,
                                                       std::uint64_t end);
  [[nodiscard]] std::optional<FileOffset> behind_last(const EntryList& entries) const;
  [[nodiscard]] std::optional<FileOffset> locate(const Cursor& target);
  void learn_last_entry(BootOrder& boots);
  bool find_candidate(Direction direction, const BootOrder& boots);
  bool load_next_slot(Direction direction);
  bool load_with_care(Direction direction);

  const EntryList& all();
  Selection& selection();
  [[nodiscard]] bool is_ruled_out();
  void settle_gap();
  bool place_by_header(const Cursor& target);
  [[nodiscard]] bool header_fits(FileEnd end);

  std::unique_ptr<FileReader> reader_;
  const Match& match_;
  const Narrowing& narrowing_;
  std::optional<EntryList> all_;          // see all()
  std::unique_ptr<Selection> selection_;  // see selection()
  std::optional<bool> ruled_out_;         // see is_ruled_out()
  FileOffset gap_ = 0;
  bool at_tail_ = false;  // the gap is behind the last entry, wherever that is: see settle_gap()
  std::optional<std::size_t> chain_;
  bool times_ascend_ = false;
  bool trusted_ = true;
  bool first_confirmed_ = false;
  bool last_confirmed_ = false;
  std::uint64_t floor_seqnum_ = 0;
  bool loaded_ = false;
  PlacedEntry candidate_;
  Id128 placed_boot_;                // that candidate_ was last placed for
  std::uint64_t boots_version_ = 0;  // and by what knowledge
  Id128 last_boot_;
  Id128 last_machine_;
};

}  // namespace logq::journal
