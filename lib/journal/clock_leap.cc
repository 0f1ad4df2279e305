#include "journal/clock_leap.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "journal/directory.h"
#include "journal/file_header.h"

namespace logq::journal {
namespace {

// As for the collector's own vacuuming.
constexpr std::uint64_t kLeapUsec = 86'400'000'000;
constexpr std::uint64_t kDoubtUsec = 3'600'000'000;

// The last entry of each file that has one of this boot.
std::vector<base::TimePair> last_entries(const std::string& directory,
                                         const base::TimePair& now,
                                         const Id128& boot_id) {
  std::vector<base::TimePair> last;
  for (const std::string& path : journal_files(directory).value_or(std::vector<std::string>())) {
    const auto header = read_file_header(path);
    if (!header || header->n_entries == 0 ||
        std::memcmp(header->tail_entry_boot_id, boot_id.bytes.data(), boot_id.bytes.size()) != 0 ||
        header->tail_entry_monotonic > now.monotonic_usec) {
      continue;
    }
    last.push_back({header->tail_entry_realtime, header->tail_entry_monotonic});
  }
  return last;
}

}  // namespace

std::uint64_t clock_leap_usec(const std::string& directory,
                              const base::TimePair& now,
                              const Id128& boot_id) {
  const std::vector<base::TimePair> last = last_entries(directory, now, boot_id);
  std::uint64_t newest = 0;
  for (const base::TimePair& entry : last)
    newest = std::max(newest, entry.monotonic_usec);
  std::uint64_t leap = 0;
  for (const base::TimePair& entry : last) {
    const std::uint64_t passed = now.monotonic_usec - entry.monotonic_usec;
    if (entry.monotonic_usec != newest && passed > kDoubtUsec) continue;
    const std::uint64_t claimed =
        now.realtime_usec - std::min(entry.realtime_usec, now.realtime_usec);
    if (claimed > passed) leap = std::max(leap, claimed - passed);
  }
  return leap < kLeapUsec ? 0 : leap;
}

}  // namespace logq::journal
