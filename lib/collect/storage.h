// Storage: where entries go. Holds one of two stores, the volatile one of early boot or the
// persistent one, or none, and moves what was collected from the first to the second (a flush).
//
// When persistent storage fails under it, the volatile store is its refuge: numbers go on there,
// and what it holds is moved back when persistent storage works again (docs/storage-troubles.md).
//
// A flush copies entry by entry: times stay, numbers go on after those of the persistent store. Its
// commit is one rename of the volatile directory, and a note in that directory tells a successor of
// a killed collector how far the copying got. So no entry is lost to a kill, and none is there
// twice, but for one case: the persistent files changed between the kill and the next flush.
//
// Not thread-safe, except sync().
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "collect/entry_store.h"
#include "collect/options.h"
#include "collect/refuge.h"
#include "collect/space_keeper.h"
#include "collect/split_store.h"
#include "collect/trouble_report.h"
#include "collect/working_directory.h"

namespace logq::collect {

class Storage final : public EntryStore {
 public:
  enum class Place : std::uint8_t { kNowhere, kVolatile, kPersistent };
  // Lines for the operator; may be called from a thread of the space keeper's.
  using Diagnose = std::function<void(const std::string& line)>;

  // `options` must outlive it; when they change reconfigure() is to be called.
  Storage(const CollectorOptions& options, Diagnose diagnose);
  Storage(const Storage&) = delete;
  Storage& operator=(const Storage&) = delete;
  ~Storage() override;

  // Opens the store that Storage=, the flag of an earlier flush and what lies in the directories
  // call for. Persistent storage that is missing, full or cannot be written is diagnosed, and
  // volatile storage is its refuge. Failures are diagnosed.
  Result<void> open();
  // Whether a flush is due: persistent storage is to be used, and an earlier run has left volatile
  // entries. Until then entries go to volatile storage.
  [[nodiscard]] bool is_flush_due() const { return flush_due_; }

  [[nodiscard]] Place place() const { return place_; }
  [[nodiscard]] const std::string& directory() const { return directory_; }
  // The number of the last entry that was stored when the store was opened.
  [[nodiscard]] std::uint64_t tail_seqnum_at_open() const;

  [[nodiscard]] std::uint64_t next_seqnum() const override;
  void select(std::optional<uid_t> owner) override;
  // With Storage=none entries go nowhere and get no number, which is no failure. A full disk is
  // vacuumed before it is one, and volatile storage takes what persistent storage does not: the
  // number is what next_seqnum() said all the same. The first failure is diagnosed, and the end.
  Result<std::uint64_t> append(const journal::EntryTime& time,
                               std::span<const std::string_view> payloads) override;
  Result<std::size_t> append_batch(std::span<const journal::NewEntry> entries) override;

  struct FlushReport {
    std::uint64_t entries = 0;  // copied now
    std::uint64_t usec = 0;     // it took
  };
  // Moves volatile entries to persistent storage and goes on there; calls `keep_alive` now and then
  // meanwhile. Nothing when there is nothing to move or Storage= does not want it. After a failure,
  // which is diagnosed, volatile storage goes on as before, and is a refuge from now on.
  Result<std::optional<FlushReport>> flush(const std::function<void()>& keep_alive);

  // Whether volatile storage is a refuge now, why, and when to look for a way back.
  [[nodiscard]] const Refuge& refuge() const { return refuge_; }
  // Looks now: the same as flush() when there is room and it works. False when not yet, which is
  // not diagnosed.
  bool try_return(const std::function<void()>& keep_alive);

  // What has become of where entries go, for the log.
  struct Event {
    enum class Kind : std::uint8_t {
      kRefuge,    ///< entries go to `refuge`, since `directory` fails
      kReturned,  ///< they go to `directory` again, `entries` were moved there
      kRemade,    ///< `directory` was removed; `entries` were stored in it when it was gone
    };
    Kind kind = Kind::kRefuge;
    std::string directory;
    std::string refuge{};
    Error reason{};
    std::uint64_t entries = 0;
  };
  // Since the last call; the oldest where there were too many.
  std::vector<Event> take_events() { return std::exchange(events_, {}); }
  // Entries that were lost after they had been stored, since the last call.
  struct Losses {
    std::uint64_t overflowed = 0;  // deleted in the refuge, for want of room
    std::uint64_t removed = 0;     // in files that somebody removed
  };
  Losses take_losses();

  // The way back, before persistent storage goes away: its store is closed, and volatile storage
  // takes its place until the next flush, also where it is a refuge. False when there was nothing
  // to give up. After a failure, which is diagnosed, persistent storage goes on as before.
  Result<bool> relinquish();
  // Takes up what has changed in the options, as far as it is not about the place.
  void reconfigure();

  // As journal::Store, which paces it.
  void wake_followers();
  // Makes what is stored durable; on any thread. The first failure is diagnosed, and the end of
  // them.
  Result<void> sync();
  // Failures of these two are diagnosed. The old file is archived when rotate() returns.
  Result<void> rotate();
  Result<void> close();

  // Asks for a vacuum when files were rotated since the last call, or `now_usec` says it is time.
  void tend(std::uint64_t now_usec);
  [[nodiscard]] SpaceReport space() const { return space_.report(); }
  // What the journal may still grow by.
  [[nodiscard]] std::uint64_t available_bytes() const { return space_.available_bytes(); }
  // What entries have taken up in files so far.
  [[nodiscard]] std::uint64_t written_bytes() const;

 private:
  struct Opened {
    WorkingDirectory hold;
    std::shared_ptr<SplitStore> store;
    std::uint64_t newest_realtime_usec = 0;  // of the entries that were there
  };
  [[nodiscard]] bool wants_persistent() const;
  [[nodiscard]] bool has_flushed_flag() const;
  // `sequence`: where numbers go on; a null one: where those in the directory end.
  Result<Opened> open_directory(Place place, const journal::SequencePosition& sequence = {});
  void use(Place place, const std::string& directory, Opened opened);
  [[nodiscard]] const journal::StorageSettings& space_settings() const;
  Result<void> use_volatile();
  Result<void> abandon_volatile(const std::set<std::string>& damaged);
  Result<FlushReport> move_to_persistent(const std::function<void()>& keep_alive);
  [[nodiscard]] SpaceTask space_task(std::uint64_t newest_realtime_usec) const;
  [[nodiscard]] std::shared_ptr<SplitStore> store() const;
  Result<void> diagnosed(Result<void> result);
  template <typename Append>
  auto append_with_room(std::uint64_t monotonic_usec, Append append) -> decltype(append());
  void look_for_lost_pages();
  // What to do when storage fails (storage_troubles.cc).
  [[nodiscard]] journal::SequencePosition position() const;
  bool make_room(const Error& error, std::uint64_t now_usec);
  bool take_refuge(const Error& error, std::uint64_t now_usec);
  bool switch_to_volatile(const Error& error);
  void begin_refuge(std::string_view what, const Error& error);
  void end_refuge(const FlushReport& moved);
  void give_up_return();
  void wait_for_flush();
  [[nodiscard]] Result<void> check_return() const;
  void look_for_removal(std::uint64_t now_usec);
  void remake();
  void note(Event event);

  const CollectorOptions& options_;
  Diagnose diagnose_;
  SpaceKeeper space_;
  TroubleReport append_trouble_;
  TroubleReport sync_trouble_;
  Place place_ = Place::kNowhere;
  std::string directory_;
  std::optional<WorkingDirectory> hold_;
  mutable std::mutex store_mutex_;     // held to replace store_, and by sync() to take it
  std::shared_ptr<SplitStore> store_;  // none while nothing is stored
  std::optional<uid_t> owner_;         // as select() was told
  bool flush_due_ = false;
  std::uint64_t archived_seen_ = 0;
  std::uint64_t tended_at_usec_ = 0;
  std::uint64_t made_room_at_usec_ = 0;
  int missing_pages_seen_ = 0;
  bool append_fails_ = false;  // the last one did
  Refuge refuge_;
  journal::SequencePosition left_at_;  // of the persistent store, when the refuge was taken
  std::uint64_t refuge_tried_at_usec_ = 0;
  std::uint64_t looked_for_removal_usec_ = 0;
  std::uint64_t seen_seqnum_ = 0;  // the next one when the files were last seen to be there
  bool remake_due_ = false;        // the last try has failed, and the store is closed
  Losses losses_;
  std::vector<Event> events_;
  std::uint64_t written_before_bytes_ = 0;  // into stores that were used before this one
};

}  // namespace logq::collect
