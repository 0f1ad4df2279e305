// libsystemd as a walker: the judge of our readers and of the files that we write.
//
// This is also the one list of where libsystemd 252 does otherwise than walker.h says. It evens
// these out, so that comparisons know no exceptions:
// - previous() right after a seek finds the entry at the place itself, and of several at one time
//   the last, where ours finds the one before the place. Ours may so be asked for a range from
//   either end without a second look at the entries; it steps on until it is before the place;
// - next() after seek_tail finds the last entry, previous() after seek_head the first;
// - after a seek to a monotonic time, also by a cursor, it goes to the far end of the file, or by
//   realtime to another boot, where the boot has no entry that matches in the direction of the
//   first step; with several terms or files each of them for itself. It is not asked then
//   (answers()).
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <systemd/sd-journal.h>

#include "journal/walker.h"

namespace logq::journal::test {

class LibsystemdWalker final : public Walker {
 public:
  explicit LibsystemdWalker(const std::vector<std::string>& paths);
  static std::unique_ptr<LibsystemdWalker> in_directory(const std::string& directory);
  LibsystemdWalker(const LibsystemdWalker&) = delete;
  LibsystemdWalker& operator=(const LibsystemdWalker&) = delete;
  ~LibsystemdWalker() override;

  [[nodiscard]] std::string name() const override { return "libsystemd"; }
  [[nodiscard]] bool answers(const Place& place, const std::string& first) override;
  void want(const Wanted& wanted) override;
  void seek(const Place& place) override;
  bool next() override;
  bool previous() override;
  std::string cursor() override;
  ShownEntry shown() override;
  bool is_at(const std::string& cursor) override;
  void refresh() override;

  // The first value of a field of the entry, by sd_journal_get_data(); "" without one.
  std::string payload_of(const std::string& field);
  std::vector<std::string> unique_values(const std::string& field);  // payloads, in its order
  std::set<std::string> fields();
  // Of all files: realtime of the first and the last entry.
  std::pair<std::uint64_t, std::uint64_t> cutoff_realtime();

 private:
  LibsystemdWalker() = default;
  void apply(const Place& place);
  bool is_before(const Place& place);
  // Of the first and the last entry of a boot; nothing when there are none.
  std::optional<std::pair<std::uint64_t, std::uint64_t>> cutoff_monotonic(const Id128& boot);

  sd_journal* journal_ = nullptr;
  std::optional<Id128> sequence_;  // of the first entry
  bool several_files_ = false;
  Wanted wanted_;
  std::optional<Place> sought_;  // and no step found an entry since
};

}  // namespace logq::journal::test
