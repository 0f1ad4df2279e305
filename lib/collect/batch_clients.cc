#include "collect/batch_clients.h"

#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <limits>

#include "base/try.h"
#include "collect/limits.h"

namespace logq::collect {
// The state that counts is states[commits % 2]; the other one is written first, then `commits`. A
// record is in use from the moment its first commit makes that odd or even, but not 0.
struct BatchClients::Record {
  Id128 id;
  std::uint32_t uid;
  std::uint32_t reserved;
  std::uint64_t used_usec;
  std::uint64_t commits;
  wire::BatchAck states[2];
  std::uint64_t unused;
};

namespace {

constexpr std::size_t kRecordBytes = 128;
// One slot of data: all records. No table.
constexpr AreaKind kBatchArea{0x4943'4842'5147'4f4c, 1, 0, 1, std::uint64_t{1} << 24};

}  // namespace

BatchClients::BatchClients(AreaFile area) : area_(std::move(area)) {
  static_assert(sizeof(Record) == kRecordBytes);
  for (std::size_t i = 0; i < capacity(); ++i) {
    const Record& found = record(i);
    if (found.commits == 0) continue;
    // Of two that are the same, which nobody writes, the first counts.
    places_.emplace(BatchClient{found.id, found.uid}, i);
  }
}

Result<BatchClients> BatchClients::open(const std::string& path,
                                        const Id128& boot_id,
                                        std::size_t capacity) {
  AreaFile::Existing existing = LOGQ_TRY(AreaFile::open_existing(path, kBatchArea, boot_id));
  if (existing.area.has_value()) return BatchClients(std::move(*existing.area));
  if (existing.set_aside) std::ignore = ::unlink((path + ".old").c_str());
  const std::uint64_t bytes = (capacity * kRecordBytes + kPage - 1) / kPage * kPage;
  AreaFile area = LOGQ_TRY(AreaFile::create(path, kBatchArea, {1, bytes}, boot_id));
  // A store to a page that cannot be had would be SIGBUS.
  if (!area.reserve(0, bytes)) return fail(Error::system(ENOSPC, "fallocate"));
  return BatchClients(std::move(area));
}

std::size_t BatchClients::capacity() const {
  return area_.geometry().slot_bytes / kRecordBytes;
}

BatchClients::Record& BatchClients::record(std::size_t index) const {
  return overlay<Record>(area_.slot(0))[index];
}

wire::BatchAck BatchClients::find(const BatchClient& client) const {
  const auto place = places_.find(client);
  if (place == places_.end()) return {};
  const Record& found = record(place->second);
  return found.states[found.commits % 2];
}

void BatchClients::commit(const BatchClient& client,
                          const wire::BatchAck& state,
                          std::uint64_t now_usec) {
  auto place = places_.find(client);
  if (place == places_.end()) {
    const std::size_t index = make_room(client.uid);
    Record& fresh = record(index);
    fresh.id = client.id;
    fresh.uid = client.uid;
    place = places_.emplace(client, index).first;
  }
  Record& mine = record(place->second);
  mine.used_usec = now_usec;
  const std::uint64_t commits = mine.commits + 1;
  mine.states[commits % 2] = state;
  // The release order keeps the compiler from moving the stores above past it.
  std::atomic_ref(mine.commits).store(commits, std::memory_order_release);
}

// The index of a record that is not in use any more.
std::size_t BatchClients::make_room(uid_t uid) {
  struct Candidate {
    std::size_t index = 0;
    std::uint64_t used_usec = std::numeric_limits<std::uint64_t>::max();
    void offer(std::size_t other, std::uint64_t usec) {
      if (usec >= used_usec) return;
      index = other;
      used_usec = usec;
    }
  };
  Candidate of_all;
  Candidate of_user;
  std::size_t owned = 0;
  for (std::size_t i = 0; i < capacity(); ++i) {
    const Record& found = record(i);
    if (found.commits == 0) return i;
    of_all.offer(i, found.used_usec);
    if (found.uid != uid) continue;
    ++owned;
    of_user.offer(i, found.used_usec);
  }
  const std::size_t index = 2 * owned >= capacity() ? of_user.index : of_all.index;
  Record& evicted = record(index);
  places_.erase(BatchClient{evicted.id, evicted.uid});
  std::atomic_ref(evicted.commits).store(0, std::memory_order_release);
  return index;
}

}  // namespace logq::collect
