#include "collect/flush.h"

#include <optional>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/io.h"
#include "base/try.h"
#include "journal/directory.h"
#include "journal/journal.h"

namespace logq::collect {
namespace {

constexpr std::uint64_t kEntriesPerSignOfLife = 1024;
constexpr std::size_t kNoteMax = 256;

// Three words: the boot it was written in, and which number of which sequence comes first.
struct Note {
  Id128 boot_id;
  Id128 seqnum_id;
  std::uint64_t first_seqnum = 0;

  [[nodiscard]] std::string to_string() const {
    return boot_id.to_string() + " " + seqnum_id.to_string() + " " + std::to_string(first_seqnum) +
           "\n";
  }
};

std::optional<Note> parse_note(std::string_view text) {
  constexpr std::size_t kIdDigits = 32;
  constexpr std::size_t kNumberAt = 2 * (kIdDigits + 1);
  if (text.size() <= kNumberAt || !text.ends_with('\n')) return std::nullopt;
  const auto boot = Id128::parse(text.substr(0, kIdDigits));
  const auto sequence = Id128::parse(text.substr(kIdDigits + 1, kIdDigits));
  if (!boot || !sequence) return std::nullopt;
  std::uint64_t number = 0;
  for (const char digit : text.substr(kNumberAt, text.size() - kNumberAt - 1)) {
    if (digit < '0' || digit > '9' || number > UINT64_MAX / 20) return std::nullopt;
    number = number * 10 + static_cast<std::uint64_t>(digit - '0');
  }
  return Note{*boot, *sequence, number};
}

// How many entries an interrupted copying has left in the store, as the numbers tell.
std::uint64_t copied_before(const std::string& note_path, const journal::Store& target) {
  const auto text = base::read_small_file(note_path, kNoteMax);
  const auto note = text.has_value() ? parse_note(*text) : std::nullopt;
  const journal::SequencePosition position = target.sequence();
  // In another boot the machine went down, and the store may have lost its end.
  if (!note || note->boot_id != base::boot_id() || note->seqnum_id != position.seqnum_id) return 0;
  const std::uint64_t tail = target.open_report().tail_seqnum;
  return tail >= note->first_seqnum ? tail - note->first_seqnum + 1 : 0;
}

bool is_same_entry(const journal::EntryInfo& a, const journal::EntryInfo& b) {
  return a.realtime_usec == b.realtime_usec && a.monotonic_usec == b.monotonic_usec &&
         a.boot_id == b.boot_id;
}

// Steps over `count` entries. False, and back at the start, when the last one is not the store's
// last one: somebody else has appended there meanwhile.
bool skip_copied(journal::Journal& source,
                 std::uint64_t count,
                 const journal::Store& target,
                 const std::string& target_directory) {
  bool found = true;
  for (std::uint64_t i = 0; i < count && found; ++i)
    found = source.next();
  auto copies = journal::Journal::open_directory(target_directory);
  if (found && copies.has_value()) {
    const std::uint64_t tail = target.open_report().tail_seqnum;
    (*copies)->seek_seqnum(target.sequence().seqnum_id, tail);
    found = (*copies)->next() && (*copies)->entry().seqnum == tail &&
            is_same_entry((*copies)->entry(), source.entry());
    if (found) return true;
  }
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
    LOGQ_TRY(target.append({entry.realtime_usec, entry.monotonic_usec, entry.boot_id}, payloads));
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
  };
  const auto journal = LOGQ_TRY(journal::Journal::open_files(paths, on_damage));
  journal->seek_head();

  const std::string note_path = source + "/" + kFlushNote;
  const std::uint64_t skipped = copied_before(note_path, target);
  const bool goes_on = skipped > 0 && skip_copied(*journal, skipped, target, target_directory);
  if (!goes_on) {
    const Note note{base::boot_id(), target.sequence().seqnum_id, target.next_seqnum()};
    const auto noted = base::replace_file(note_path, note.to_string(), 0644);
    // Without it a kill from here on would leave some entries twice, which is no reason to stop.
    if (!noted.has_value() && callbacks.diagnose) {
      callbacks.diagnose(note_path + ": " + noted.error().message());
    }
  }
  return append_rest(*journal, target, callbacks);
}

}  // namespace logq::collect
