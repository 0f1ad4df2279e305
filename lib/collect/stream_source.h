// StreamSource: the stdout socket and all its connections (docs/protocols.md, "Stdout stream").
//
// Lives on one sd-event loop and registers its connections there. Headers are read before anything
// else that is ready, so that a datagram finds the claim of the stream its process was given.
// Not thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include <systemd/sd-event.h>

#include "base/unique_fd.h"
#include "collect/descriptor_reserve.h"
#include "collect/limits.h"
#include "collect/stream_area.h"
#include "collect/stream_budget.h"
#include "collect/stream_connection.h"
#include "collect/stream_intake.h"
#include "collect/turn.h"
#include "collect/turn_queue.h"
#include "collect/unit_claims.h"

namespace logq::collect {

class StreamSource {
 public:
  StreamSource(const StreamServices& services, UnitClaims& claims);
  ~StreamSource();
  StreamSource(const StreamSource&) = delete;
  StreamSource& operator=(const StreamSource&) = delete;

  // Stores what streams of a predecessor left: their lines, and a partial last one as eof unless
  // the stream is among `living`: its region then stays in use. REQUIRES: its progress is resolved.
  void replay(StreamArea& predecessor, std::set<Id128> living = {});

  // Begins to accept on `listener`. `event` must outlive this object.
  Result<void> start(base::UniqueFd listener, StreamArea area, sd_event* event);
  // Goes on with a predecessor's streams, whose regions may be in the area. REQUIRES: start().
  void restore(std::vector<RestoredStream> streams);

  // Accepts what waits and reads headers, but stores nothing: for a sender not seen before, whose
  // stream may be waiting. False when nobody waits any more.
  bool adopt_waiting();
  // Reads every connection once; true when any had something to say. For the last drain.
  bool drain_once();
  // For a sync (stream_source_marks.cc): notes what has been sent by now, also by clients that were
  // not accepted yet; then stores some of it, true when that was all.
  void mark();
  bool store_marked();
  // Ends all connections as if their clients had, so that partial lines are stored; but leaves
  // alone those that a successor goes on with. Their number.
  std::size_t close_all();

  // Called after each piece of work that may have stored entries.
  void on_activity(std::function<void()> notify) { notify_ = std::move(notify); }

  [[nodiscard]] std::size_t connections() const { return connections_.size(); }
  // What clients have sent and nobody has read yet; asks the kernel about each.
  [[nodiscard]] std::uint64_t waiting_bytes() const;

 private:
  static int on_listener(sd_event_source* source, int fd, std::uint32_t events, void* self);
  static int on_readable(sd_event_source* source, int fd, std::uint32_t events, void* self);

  bool accept_one();
  StreamConnection* add_connection(base::UniqueFd& socket, std::optional<std::size_t> region);
  bool restore_one(RestoredStream stream, std::optional<std::size_t> region);
  void end_region(std::size_t index);
  StreamConnection::Progress work(StreamConnection& connection, std::size_t lines);
  void finish(StreamConnection& connection);
  void account(const StreamConnection& connection);
  void save_memory();
  void wait_for_turn(StreamConnection& connection);
  // Of so many, up to kStreamsPerTurn, that have a turn together.
  static std::size_t lines_each(std::size_t connections);
  void work_off_backlog(std::size_t connections);
  void notify() const;

  StreamServices services_;
  UnitClaims& claims_;
  base::UniqueFd listener_;
  int descriptor_limit_ = 0;  // from this number on, descriptors are for everybody else
  DescriptorReserve reserve_;
  std::optional<StreamArea> area_;
  sd_event* event_ = nullptr;
  sd_event_source* listener_event_ = nullptr;
  std::map<int, std::unique_ptr<StreamConnection>> connections_;  // by descriptor
  StreamBudget budget_{kStreamBudgetBytes};
  std::set<int> unopened_;  // connections whose header is not complete
  TurnQueue backlog_;       // connections with lines or an end that no socket announces
  Turn backlog_turn_;
  std::function<void()> notify_;

  void mark_connections();
  std::size_t adoptions_left_ = 0;      // before the connections can be marked
  std::map<int, std::uint64_t> marks_;  // by descriptor: how much of it is to be read
};

}  // namespace logq::collect
