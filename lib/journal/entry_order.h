// The order of entries from several files, as journald's readers have it: identical entries are
// equal; entries of one sequence go by number; of one boot by monotonic time; entries of different
// boots of one machine by which boot has the newer last entry; otherwise by realtime.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "journal/file_reader.h"
#include "logq/id128.h"

namespace logq::journal {

// An entry with what it takes to place it among those of other files.
struct PlacedEntry {
  EntryInfo info;
  Id128 seqnum_id;
  // When its boot is known to have ended (or to be) and on which machine; 0 and null when unknown.
  std::uint64_t boot_newest_usec = 0;
  Id128 boot_machine;
};

// Negative, zero or positive. Zero only for identical entries, or such as nothing tells apart.
[[nodiscard]] int compare(const PlacedEntry& a, const PlacedEntry& b);
// The same entry, found in two files.
[[nodiscard]] bool identical(const PlacedEntry& a, const PlacedEntry& b);

// The newest realtime known of each boot that is the last one in some file. A Journal learns it
// when it follows; before, boots go by realtime, as in 252 (docs/file-reading.md, section 4).
class BootOrder {
 public:
  // Learns the boot of a file's last entry.
  void learn(const Id128& boot, const Id128& machine, std::uint64_t realtime_usec);
  // Fills in boot_newest_usec and boot_machine.
  void place(PlacedEntry& entry) const;
  // The machine of a boot that is known.
  [[nodiscard]] std::optional<Id128> machine_of(const Id128& boot) const;
  // Changes whenever place() may give another answer than before.
  [[nodiscard]] std::uint64_t version() const { return version_; }

 private:
  struct Boot {
    Id128 boot;
    Id128 machine;
    std::uint64_t newest_usec = 0;
  };
  std::vector<Boot> boots_;  // few: one per boot in the files at hand
  mutable std::size_t last_ = 0;
  std::uint64_t version_ = 1;
};

}  // namespace logq::journal
