// A journal file of any bytes, asked for everything a reader may be asked for. No more entries come
// out than fit in, damage is reported a bounded number of times, and reading a file that verify
// finds nothing wrong with is consistent in itself.
#include <cstring>
#include <set>
#include <string>
#include <vector>

#include "journal/file_reader.h"
#include "journal/format.h"
#include "journal/header_report.h"
#include "journal/journal.h"
#include "journal/verify.h"
#include "journal_operations.h"
#include "memory_file.h"
#include "public_reader.h"
#include "require.h"

namespace {

using namespace logq;
using fuzz::require;
using fuzz::Seen;
using fuzz::walk_backward;
using fuzz::walk_forward;
using journal::Journal;

// The last bytes of the file choose what is looked for.
std::uint64_t choice_of(const std::uint8_t* data, std::size_t size) {
  std::uint64_t choice = 0;
  if (size >= sizeof choice) std::memcpy(&choice, data + size - sizeof choice, sizeof choice);
  return choice;
}

void check_bounds(const Seen& seen, std::size_t size) {
  // Matching walks count both ways.
  require(seen.entries <= 2 * (size / sizeof(journal::EntryObject)) + 16);
}

struct Holders {
  std::uint64_t entries = 0;  // that have the payload
  std::size_t objects = 0;    // that hold it
};

Holders find_holders(Journal& journal, const std::string& payload) {
  Holders holders;
  std::set<journal::FileOffset> objects;
  std::vector<journal::FileOffset> items;
  journal::FileReader& file = *journal.files().front();
  journal.set_match(journal::Match::all());
  journal.seek_head();
  while (journal.next()) {
    if (!file.read_items(journal.entry().offset, items)) continue;
    bool has = false;
    for (const journal::FileOffset item : items) {
      const auto value = file.read_data(item);
      if (!value || *value != payload) continue;
      objects.insert(item);
      has = true;
    }
    holders.entries += has ? 1U : 0U;
  }
  holders.objects = objects.size();
  return holders;
}

// REQUIRES: verify has passed the file.
void check_sound_file(Journal& journal, const fuzz::Probe& probe, std::uint64_t n_entries) {
  const Seen forward = walk_forward(journal);
  const Seen backward = walk_backward(journal);
  require(forward.entries == n_entries);
  require(forward.entries == backward.entries && forward.payloads == backward.payloads);
  require(forward.checksum == backward.checksum);
  for (const std::string& payload : probe.payloads) {
    const Holders holders = find_holders(journal, payload);
    journal.set_match(journal::Match::exactly(payload));
    const std::uint64_t matched = walk_forward(journal).entries;
    require(matched == walk_backward(journal).entries);
    // A value that is stored twice is found once, as by libsystemd; no writer does that.
    require(holders.objects > 1 ? matched <= holders.entries : matched == holders.entries);
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static fuzz::MemoryFile file;
  file.set(data, size);
  std::size_t damage = 0;
  const auto journal = Journal::open_files(
      {file.path()}, [&damage](const std::string& /*path*/, const Error& /*error*/) { ++damage; });
  if (!journal) return 0;
  const fuzz::Probe probe = fuzz::choose_probe(**journal, choice_of(data, size));
  for (const fuzz::JournalOperation& operation : fuzz::journal_operations())
    check_bounds(operation.run(**journal, probe), size);
  require(damage <= 128);
  // Where lists are damaged in several places, a walk may depend on what was read before.
  const auto unused = Journal::open_files({file.path()});
  require(unused.has_value());
  read_publicly(file.path(), probe, walk_forward(**unused));
  const auto verdict = journal::verify_file(file.path());
  if (verdict && !verdict->failure) check_sound_file(**journal, probe, verdict->n_entries);
  std::ignore = journal::describe_header(file.path());
  return 0;
}
