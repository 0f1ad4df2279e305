// ClientCache: the metadata of the processes that log, by PID, so that /proc is not read for every
// entry.
//
// An entry is used as it is for a second, then read anew; after five seconds without a reading, or
// when the credentials changed, nothing of it is trusted. Streams pin theirs. The least recently
// used ones make room.
//
// A number is not a process. Where the kernel tells them apart (collect/process_facts.h) a message
// is of the process whose pidfd came with it; without one, of the process that had the number
// before it was sent and still has it. /proc is believed only when that process is still there
// afterwards. Of one that has ended there is what was cached, or else the unit of its control
// group; and where nobody can say who it was, the credentials and nothing else. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "collect/cgroup_names.h"
#include "collect/client_metadata.h"
#include "collect/passed_process.h"
#include "collect/unit_claims.h"

namespace logq::collect {

// Who sent something, as the kernel attests it; all that is pointed to need only live for the call.
struct Sender {
  Credentials credentials;
  std::string_view label{};
  std::string_view stream_unit{};  // of the stream a line came by, empty for datagrams
  const PassedProcess* process = nullptr;
  std::optional<std::uint64_t> sent_realtime_usec{};  // when, for a message that waited in a queue
};

class ClientCache {
 public:
  ClientCache(const ProcessSources& sources, const UnitClaims& claims, std::size_t capacity);

  // The capacity journald gives itself on this machine.
  static std::size_t default_capacity();

  // Called before a process that is not in the cache is looked up, so that its stream's claim,
  // which may be waiting in a socket, is known by then.
  void on_unknown(std::function<void()> prepare) { prepare_ = std::move(prepare); }

  // Called before anything that find() has ever returned is changed or forgotten.
  void before_change(std::function<void()> prepare) { before_change_ = std::move(prepare); }

  // The metadata of a sender, brought up to date. `now_usec` is a monotonic time, after a
  // message with a time of its own was received. The reference is valid until the call after the
  // next one, so that an object and its sender can be looked up together.
  const ClientMetadata& find(const Sender& sender, std::uint64_t now_usec);
  // Without attested credentials: the owner of /proc/PID is taken. For OBJECT_PID=.
  const ClientMetadata& find_object(pid_t pid, std::uint64_t now_usec);

  void pin(pid_t pid);
  void unpin(pid_t pid);

  [[nodiscard]] std::size_t size() const { return clients_.size(); }
  // Whether processes are told apart at all.
  [[nodiscard]] bool tells_processes() const { return tells_processes_; }
  // How often a sender was not who was expected, or was not heard of for long, so that it takes a
  // pidfd to know who it is.
  [[nodiscard]] std::uint64_t strangers() const { return strangers_; }

 private:
  struct Client {
    ClientMetadata metadata;
    std::uint64_t read_at_usec = 0;
    std::uint64_t claims_generation = 0;
    std::string stream_unit;
    std::list<pid_t>::iterator age;
    bool known = false;
    bool doubted = false;        // whose it is is not known: good for one message
    std::uint64_t identity = 0;  // ProcessFacts::identity
    // When the process is known to have had the number first, by the wall clock, and last.
    std::uint64_t known_since_usec = 0;
    std::uint64_t seen_usec = 0;
    std::uint64_t matched_usec = 0;  // when a pidfd last was of it
  };
  Client& touch(pid_t pid);
  [[nodiscard]] bool is_fresh(const Client& client,
                              const Sender& sender,
                              std::uint64_t now_usec) const;
  [[nodiscard]] bool is_sender(Client& client, const Sender& sender, std::uint64_t now_usec);
  [[nodiscard]] bool is_sender_by_handle(Client& client,
                                         const Sender& sender,
                                         std::uint64_t now_usec) const;
  [[nodiscard]] bool had_it_lately(const Client& client,
                                   const Sender& sender,
                                   std::uint64_t now_usec) const;
  [[nodiscard]] std::optional<ProcessFacts> identify(const Client& client,
                                                     const Sender& sender,
                                                     std::uint64_t now_usec) const;
  void refresh(Client& client, const Sender& sender, std::uint64_t now_usec);
  void doubt(Client& client, const Sender& sender);
  void read(Client& client,
            const Sender& sender,
            const ProcessFacts& process,
            std::uint64_t now_usec);
  bool read_living(Client& client, std::string_view claimed_unit, const ProcessFacts& process);
  void read_group(Client& client, std::string_view claimed_unit, const ProcessFacts& process);
  void make_room();
  void announce_change() const {
    if (before_change_) before_change_();
  }

  ProcessSources sources_;
  const UnitClaims& claims_;
  std::size_t capacity_;
  bool tells_processes_;
  std::uint64_t trust_usec_;  // how long a number is believed that was seen
  CgroupNames cgroups_;
  std::uint64_t strangers_ = 0;
  std::function<void()> prepare_;
  std::function<void()> before_change_;
  std::unordered_map<pid_t, Client> clients_;
  std::list<pid_t> by_age_;  // most recently used first
  std::unordered_map<pid_t, std::size_t> pins_;
};

}  // namespace logq::collect
