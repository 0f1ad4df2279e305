// WaitingDatagrams: datagrams that were received and wait in their slots, because what was received
// with them takes long. One socket is one queue for all users; behind it they take turns.
//
// A user's datagrams stay in order. Users are served one after the other, each for kWorkPerTurn
// units; one who has taken more has less the next time (deficit round robin).
//
// What waits is bounded by what a user owes: the processor time that his datagrams will take, by
// what those before them took per byte. He has his fill once that is kOwedUsecMax, or once he has
// half of what others leave of slots or bytes. Then the socket is not read, and he waits in it. But
// so does everybody else: where the datagram of a user who has not his fill is seen in the queue,
// those in front of it whose user has are refused, if he owes kOwedUsecLeast or more. Nobody loses
// anything who is alone, or whose datagrams are cheap; and root never does, since all services of
// the system share that user, nor the collector's own user. Knows no socket and no area.
// Not thread-safe.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>

#include "collect/control_message.h"

namespace logq::collect {

// A datagram that is taken apart, or is going to be.
struct DatagramJob {
  // What its protocol keeps of one that is half done.
  struct Paused {
    Paused() = default;
    Paused(const Paused&) = delete;
    Paused& operator=(const Paused&) = delete;
    virtual ~Paused() = default;
  };

  std::size_t slot = 0;
  ControlData control;
  std::uint64_t ordinal = 0;
  std::uint64_t stored_before = 0;
  std::uint64_t arrival = 0;  // in the order in which they were received
  std::uint64_t behind = 0;   // the last thing that came before it which one may have to wait for
  std::size_t bytes = 0;      // that have not been looked at
  std::unique_ptr<Paused> paused;
};

// Whose it is: nobody's in particular where the kernel does not say.
uid_t user_of(const ControlData& control);
// Root and the collector's own user.
bool is_trusted(uid_t user);

class WaitingDatagrams {
 public:
  // `slots` that there are in all.
  explicit WaitingDatagrams(std::size_t slots) : slots_(slots) {}

  // Behind all others of its user.
  void push(DatagramJob job);
  // Between those of its user that came before it and after it.
  void put_back(DatagramJob job);

  // The user whose turn it is. REQUIRES: !empty().
  uid_t begin_turn();
  // How much he may do, at least 1.
  [[nodiscard]] std::size_t turn_work() const { return turn_work_; }
  [[nodiscard]] bool has(uid_t user) const;
  // His next one. REQUIRES: has(user).
  DatagramJob pop(uid_t user);
  // What his turn came to: units of work, and the time it took the processor.
  void end_turn(uid_t user, std::size_t work, std::uint64_t usec);

  // Whether more may be received, as far as those are concerned who have their fill.
  enum class Reading : std::uint8_t {
    kOn,         ///< nobody has
    kForOthers,  ///< only to get at what others have sent, refusing what is in front of it
    kNot,        ///< somebody has of whom nothing is refused
  };
  [[nodiscard]] Reading reading() const;
  [[nodiscard]] bool has_fill(uid_t user) const;
  // Whether what he sends may be refused for the sake of others.
  [[nodiscard]] bool is_refusable(uid_t user) const;

  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] std::size_t size() const { return size_; }
  // Those with a descriptor that is still open.
  [[nodiscard]] std::size_t with_descriptors() const { return with_descriptors_; }
  // Whether one of this process waits that came before what has this number.
  [[nodiscard]] bool has_earlier(pid_t sender, std::uint64_t number) const;
  // Whether one waits that came no later than this.
  [[nodiscard]] bool has_arrived_by(std::uint64_t arrival) const;

 private:
  struct User {
    std::deque<DatagramJob> jobs;
    std::uint64_t bytes = 0;
    std::size_t debt = 0;  // of units of work, beyond his turns
    std::uint64_t usec_per_mib = 0;
  };
  User& add(const DatagramJob& job);
  [[nodiscard]] static std::uint64_t owed_usec(const User& user);
  [[nodiscard]] bool has_fill(const User& user) const;

  std::size_t slots_;
  std::map<uid_t, User> users_;  // those with something, and whose turn it is
  std::deque<uid_t> turns_;      // the same, the next one first
  std::size_t turn_work_ = 0;
  std::uint64_t turn_bytes_ = 0;  // looked at in this turn
  std::size_t size_ = 0;
  std::uint64_t bytes_ = 0;
  std::size_t with_descriptors_ = 0;
};

}  // namespace logq::collect
