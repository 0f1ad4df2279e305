#include "journal/entry_order.h"

#include <algorithm>

namespace logq::journal {
namespace {

int three_way(std::uint64_t a, std::uint64_t b) {
  return a < b ? -1 : static_cast<int>(a > b);
}

}  // namespace

bool identical(const PlacedEntry& a, const PlacedEntry& b) {
  return a.info.seqnum == b.info.seqnum && a.info.xor_hash == b.info.xor_hash &&
         a.info.realtime_usec == b.info.realtime_usec &&
         a.info.monotonic_usec == b.info.monotonic_usec && a.seqnum_id == b.seqnum_id &&
         a.info.boot_id == b.info.boot_id;
}

int compare(const PlacedEntry& a, const PlacedEntry& b) {
  // Equal numbers in one sequence with different content are somebody's mistake: time decides then.
  if (a.seqnum_id == b.seqnum_id && a.info.seqnum != b.info.seqnum) {
    return three_way(a.info.seqnum, b.info.seqnum);
  }
  int order = 0;
  if (a.info.boot_id == b.info.boot_id) {
    order = three_way(a.info.monotonic_usec, b.info.monotonic_usec);
  } else if (a.boot_newest_usec != 0 && b.boot_newest_usec != 0 &&
             a.boot_machine == b.boot_machine) {
    order = three_way(a.boot_newest_usec, b.boot_newest_usec);
  }
  if (order != 0) return order;
  order = three_way(a.info.realtime_usec, b.info.realtime_usec);
  if (order != 0) return order;
  order = three_way(a.info.xor_hash, b.info.xor_hash);
  if (order != 0) return order;
  // What nothing tells apart has an order all the same, so that it does not depend on the files.
  if (a.seqnum_id != b.seqnum_id) return a.seqnum_id < b.seqnum_id ? -1 : 1;
  return 0;
}

void BootOrder::learn(const Id128& boot, const Id128& machine, std::uint64_t realtime_usec) {
  const auto known = std::find_if(boots_.begin(), boots_.end(),
                                  [&boot](const Boot& other) { return other.boot == boot; });
  if (known == boots_.end()) {
    boots_.push_back({boot, machine, realtime_usec});
    ++version_;
  } else if (realtime_usec > known->newest_usec) {
    known->newest_usec = realtime_usec;
    known->machine = machine;
    ++version_;
  }
}

void BootOrder::place(PlacedEntry& entry) const {
  entry.boot_newest_usec = 0;
  if (last_ >= boots_.size() || boots_[last_].boot != entry.info.boot_id) {
    const auto known = std::find_if(boots_.begin(), boots_.end(), [&entry](const Boot& boot) {
      return boot.boot == entry.info.boot_id;
    });
    if (known == boots_.end()) return;
    last_ = static_cast<std::size_t>(known - boots_.begin());
  }
  entry.boot_newest_usec = boots_[last_].newest_usec;
  entry.boot_machine = boots_[last_].machine;
}

std::optional<Id128> BootOrder::machine_of(const Id128& boot) const {
  const auto known = std::find_if(boots_.begin(), boots_.end(),
                                  [&boot](const Boot& other) { return other.boot == boot; });
  return known == boots_.end() ? std::nullopt : std::optional(known->machine);
}

}  // namespace logq::journal
