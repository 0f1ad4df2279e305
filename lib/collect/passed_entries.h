// PassedEntries: what came as file descriptors and is not stored yet (docs/protocols.md, "Large
// entries").
//
// Reading, hashing and compressing an entry of 32 MiB takes as long as storing a hundred thousand
// small ones, so threads do that while everybody else's messages are stored: one for sealed memfds,
// and one for all other files, whose file system may never answer. Users take turns. What is ready
// is stored by the thread that owns this object, a bounded piece at a time.
//
// Entries of one user are stored in the order in which they came; what a sender sends in datagrams
// meanwhile is for their source to hold back (last_of(), is_done()). Whatever is dropped is
// counted. Not thread-safe.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>

#include <systemd/sd-event.h>

#include "collect/datagram_source.h"
#include "collect/file_lane.h"
#include "collect/io_watch.h"
#include "collect/native_intake.h"
#include "collect/passed_job.h"
#include "collect/turn.h"

namespace logq::collect {

class PassedEntries {
 public:
  explicit PassedEntries(const DatagramServices& services);
  PassedEntries(const PassedEntries&) = delete;
  PassedEntries& operator=(const PassedEntries&) = delete;
  ~PassedEntries();

  // What the source of the datagrams says.
  struct Hooks {
    // Whether datagrams of a sender wait behind a file with a lower number: then these come first.
    std::function<bool(pid_t sender, std::uint64_t number)> holds_earlier;
    std::function<void()> on_done;  // a file is dealt with: what waits behind it may go on
  };
  void set_hooks(Hooks hooks) { hooks_ = std::move(hooks); }
  // Called after each piece of work.
  void on_activity(std::function<void()> on_activity) { on_activity_ = std::move(on_activity); }
  // Whether the store wants large values compressed.
  void set_compress(bool on) { compresses_ = on; }
  // `event` must outlive this object. Without it nothing happens but in drain_once().
  Result<void> start(sd_event* event);

  // Takes the descriptor that came with `control`, and the rest of it. Counted when it is dropped.
  void take(ControlData& control);
  // Lets go of descriptors that nobody wants, which may take long.
  void discard(ControlData& control);

  // The number of the last file of a sender that is not dealt with, if there is one, and whether
  // it is by now.
  [[nodiscard]] std::optional<std::uint64_t> last_of(const ControlData& sender) const;
  [[nodiscard]] bool is_done(const ControlData& sender, std::uint64_t number) const;
  // The number of the last file of all, and whether all up to a number are dealt with.
  [[nodiscard]] std::uint64_t last() const { return last_number_; }
  [[nodiscard]] bool are_done(std::uint64_t number) const;
  [[nodiscard]] std::size_t waiting() const { return count_; }

  // Works for some milliseconds at most, waiting for the threads if there is nothing else to do.
  // False when everything is stored.
  bool drain_once();
  // Drops what is left, at the end.
  void give_up();

 private:
  using Job = std::shared_ptr<PassedJob>;
  struct User {
    std::deque<Job> jobs;  // the first one is worked at
    std::uint64_t bytes = 0;
  };
  // A thread and what it is working at.
  struct Lane {
    FileLane thread;
    Job job;  // none once that was given up
    std::uint64_t since_usec = 0;
    IoWatch done;
  };

  static int on_late(sd_event_source* source, std::uint64_t usec, void* self);
  [[nodiscard]] bool has_room(uid_t uid, std::uint64_t bytes) const;
  void add(Job job);
  void work();
  static void take_back(Lane& lane);
  void feed(Lane& lane, bool can_hang);
  [[nodiscard]] bool can_store(const PassedJob& job) const;
  void store_some();
  void store_entries(PassedJob& job);
  void remove(uid_t uid, std::size_t index);
  void give_up_late();
  void watch_for_late();
  [[nodiscard]] std::size_t find_late(const User& user) const;

  DatagramServices services_;
  NativeIntake intake_;
  Hooks hooks_;
  std::function<void()> on_activity_;
  std::map<uid_t, User> users_;             // those with jobs
  std::deque<uid_t> turns_;                 // the same, the next one first
  std::map<pid_t, std::uint64_t> senders_;  // the last file of each
  std::map<uid_t, journal::FileKey> keys_;
  std::uint64_t last_number_ = 0;
  std::size_t count_ = 0;
  std::size_t count_of_others_ = 0;  // than root and the collector's own user
  std::uint64_t bytes_of_others_ = 0;
  std::size_t can_hang_ = 0;
  bool compresses_ = true;

  Lane sealed_;
  Lane other_;
  Turn more_;
  sd_event_source* late_ = nullptr;
};

}  // namespace logq::collect
