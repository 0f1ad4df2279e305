#include "collect/flush.h"

#include <charconv>
#include <optional>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/io.h"
#include "base/try.h"
#include "collect/storage_failure.h"
#include "journal/directory.h"
#include "journal/journal.h"
#include "journal/no_room.h"

namespace logq::collect {
namespace {

constexpr std::uint64_t kEntriesPerSignOfLife = 1024;
constexpr std::size_t kNoteMax = 256;

// Four words: the boot it was written in, which number of which sequence comes first in the store,
// and the number of the source's own first entry.
struct Note {
  Id128 boot_id;
  Id128 seqnum_id;
  std::uint64_t first_seqnum = 0;
  std::uint64_t source_head_seqnum = 0;

  [[nodiscard]] std::string to_string() const {
    return boot_id.to_string() + " " + seqnum_id.to_string() + " " + std::to_string(first_seqnum) +
           " " + std::to_string(source_head_seqnum) + "\n";
  }
};

// The number before `end`, which is taken off too.
std::optional<std::uint64_t> take_number(std::string_view& text, char end) {
  std::uint64_t number = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const auto size = static_cast<std::size_t>(stop - text.data());
  if (error != std::errc{} || size == text.size() || *stop != end) return std::nullopt;
  text.remove_prefix(size + 1);
  return number;
}

std::optional<Note> parse_note(std::string_view text) {
  constexpr std::size_t kIdDigits = 32;
  constexpr std::size_t kNumberAt = 2 * (kIdDigits + 1);
  if (text.size() <= kNumberAt) return std::nullopt;
  const auto boot = Id128::parse(text.substr(0, kIdDigits));
  const auto sequence = Id128::parse(text.substr(kIdDigits + 1, kIdDigits));
  text.remove_prefix(kNumberAt);
  const auto first = take_number(text, ' ');
  const auto source_head = take_number(text, '\n');
  if (!boot || !sequence || !first || !source_head) return std::nullopt;
  return Note{*boot, *sequence, *first, *source_head};
}

// What an interrupted copying has left in the store, as the numbers tell.
struct Copied {
  std::uint64_t count = 0;
  std::uint64_t source_head_seqnum = 0;
};
Copied copied_before(const std::string& note_path, const journal::Store& target) {
  const auto text = base::read_small_file(note_path, kNoteMax);
  const auto note = text.has_value() ? parse_note(*text) : std::nullopt;
  const journal::SequencePosition position = target.sequence();
  // In another boot the machine went down, and the store may have lost its end.
  if (!note || note->boot_id != base::boot_id() || note->seqnum_id != position.seqnum_id) return {};
  const std::uint64_t tail = target.open_report().tail_seqnum;
  if (tail < note->first_seqnum) return {};
  return {tail - note->first_seqnum + 1, note->source_head_seqnum};
}

// The number of the first entry there is, 0 where there is none.
std::uint64_t head_seqnum(journal::Journal& source) {
  source.seek_head();
  const std::uint64_t seqnum = source.next() ? source.entry().seqnum : 0;
  source.seek_head();
  return seqnum;
}

bool is_same_entry(const journal::EntryInfo& a, const journal::EntryInfo& b) {
  return a.realtime_usec == b.realtime_usec && a.monotonic_usec == b.monotonic_usec &&
         a.boot_id == b.boot_id;
}

// How many of the last `count` entries of the store, at least one, have the times of the very last,
// since entries that are received together share them. Nothing when the last cannot be found.
struct LastRun {
  journal::EntryInfo entry;
  std::uint64_t length = 1;
};
std::optional<LastRun> find_last_run(const std::string& directory,
                                     const journal::Store& store,
                                     std::uint64_t count) {
  const auto opened = journal::Journal::open_directory(directory);
  if (!opened.has_value()) return std::nullopt;
  journal::Journal& journal = **opened;
  const std::uint64_t tail = store.open_report().tail_seqnum;
  journal.seek_seqnum(store.sequence().seqnum_id, tail);
  if (!journal.next() || journal.entry().seqnum != tail) return std::nullopt;
  LastRun run{journal.entry()};
  while (run.length < count && journal.previous() && is_same_entry(journal.entry(), run.entry))
    ++run.length;
  return run;
}

// Steps over the entries of which the last in the store are copies. What a vacuum has deleted of
// the source since makes no difference. False, and back at the start, where that is not certain:
// somebody else has appended to the store, or part of the last run is gone.
bool skip_copied(journal::Journal& source,
                 const Copied& copied,
                 const journal::Store& target,
                 const std::string& target_directory) {
  const bool shortened = head_seqnum(source) != copied.source_head_seqnum;
  const auto run = find_last_run(target_directory, target, copied.count);
  std::uint64_t passed = 0;
  bool found = run.has_value() && source.next();
  while (found && !is_same_entry(source.entry(), run->entry)) {
    ++passed;
    found = source.next();
  }
  const bool may_be_cut = shortened && passed == 0;
  for (std::uint64_t i = 1; found && i < run->length; ++i)
    found = source.next() && is_same_entry(source.entry(), run->entry);
  if (found && !may_be_cut) return true;
  source.seek_head();
  return false;
}

Result<std::uint64_t> append_rest(journal::Journal& source,
                                  journal::Store& target,
                                  const FlushCallbacks& callbacks) {
  std::vector<std::string_view> payloads;
  std::uint64_t count = 0;
  while (source.next()) {
    const journal::EntryInfo& entry = source.entry();
    payloads.clear();
    source.for_each_payload([&](std::string_view payload) {
      payloads.push_back(payload);
      return true;
    });
    if (payloads.empty()) continue;  // damage, which has been told of
    // Of one sequence, an entry keeps its number: a follower who has seen it sees no other with it.
    const bool is_ahead = source.file_info().seqnum_id == target.sequence().seqnum_id &&
                          entry.seqnum > target.next_seqnum();
    if (is_ahead) target.continue_after(entry.seqnum - 1);
    const journal::EntryTime time{entry.realtime_usec, entry.monotonic_usec, entry.boot_id};
    auto stored = target.append(time, payloads);
    const bool is_full = !stored.has_value() && journal::is_no_room(stored.error());
    if (is_full && callbacks.make_room && callbacks.make_room()) {
      stored = target.append(time, payloads);
    }
    LOGQ_TRY(std::move(stored));
    if (++count % kEntriesPerSignOfLife == 0 && callbacks.keep_alive) callbacks.keep_alive();
  }
  return count;
}

}  // namespace

Result<std::uint64_t> copy_entries(const std::string& source,
                                   journal::Store& target,
                                   const std::string& target_directory,
                                   const FlushCallbacks& callbacks) {
  const auto paths = LOGQ_TRY(journal::journal_files(source));
  const auto on_damage = [&](const std::string& path, const Error& error) {
    if (callbacks.diagnose) callbacks.diagnose(path + ": " + error.message());
    if (callbacks.damaged) callbacks.damaged(path);
  };
  const auto journal = LOGQ_TRY(journal::Journal::open_files(paths, on_damage));
  journal->seek_head();

  const std::string note_path = source + "/" + kFlushNote;
  const Copied copied = copied_before(note_path, target);
  const bool goes_on = copied.count > 0 && skip_copied(*journal, copied, target, target_directory);
  if (!goes_on) {
    const Note note{base::boot_id(), target.sequence().seqnum_id, target.next_seqnum(),
                    head_seqnum(*journal)};
    const auto noted = base::replace_file(note_path, note.to_string(), 0644);
    // Without it a kill from here on would leave some entries twice, which is no reason to stop.
    if (!noted.has_value() && callbacks.diagnose) {
      callbacks.diagnose(note_path + ": " + noted.error().message());
    }
  }
  return append_rest(*journal, target, callbacks);
}

}  // namespace logq::collect
