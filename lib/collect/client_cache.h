// ClientCache: the metadata of the processes that log, by PID, so that /proc is not read for every
// entry.
//
// An entry is used as it is for a second, then read anew; after five seconds without a reading, or
// when the credentials changed, nothing of it is trusted. Streams pin theirs. The least recently
// used ones make room. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "collect/client_metadata.h"
#include "collect/unit_claims.h"

namespace logq::collect {

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

  // The metadata of a sender, brought up to date. `stream_unit` names the unit of the stream a line
  // came by, empty for datagrams. The reference is valid until the call after the
  // next one, so that an object and its sender can be looked up together.
  const ClientMetadata& find(const Credentials& credentials,
                             std::string_view label,
                             std::string_view stream_unit,
                             std::uint64_t now_usec);
  // Without attested credentials: the owner of /proc/PID is taken. For OBJECT_PID=.
  const ClientMetadata& find_object(pid_t pid, std::uint64_t now_usec);

  void pin(pid_t pid);
  void unpin(pid_t pid);

  [[nodiscard]] std::size_t size() const { return clients_.size(); }

 private:
  struct Client {
    ClientMetadata metadata;
    std::uint64_t read_at_usec = 0;
    std::uint64_t claims_generation = 0;
    std::string stream_unit;
    std::list<pid_t>::iterator age;
    bool known = false;
  };
  Client& touch(pid_t pid);
  [[nodiscard]] bool is_fresh(const Client& client,
                              const Credentials& credentials,
                              std::string_view stream_unit,
                              std::uint64_t now_usec) const;
  void make_room();
  void announce_change() const {
    if (before_change_) before_change_();
  }

  ProcessSources sources_;
  const UnitClaims& claims_;
  std::size_t capacity_;
  std::function<void()> prepare_;
  std::function<void()> before_change_;
  std::unordered_map<pid_t, Client> clients_;
  std::list<pid_t> by_age_;  // most recently used first
  std::unordered_map<pid_t, std::size_t> pins_;
};

}  // namespace logq::collect
