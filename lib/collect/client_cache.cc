#include "collect/client_cache.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

namespace logq::collect {
namespace {

constexpr std::uint64_t kFreshUsec = 1'000'000;
constexpr std::uint64_t kForgetUsec = 5'000'000;

}  // namespace

ClientCache::ClientCache(const ProcessSources& sources,
                         const UnitClaims& claims,
                         std::size_t capacity)
    : sources_(sources),
      claims_(claims),
      capacity_(std::max<std::size_t>(capacity, 1)) {}

std::size_t ClientCache::default_capacity() {
  const auto pages = static_cast<std::uint64_t>(std::max(0L, ::sysconf(_SC_PHYS_PAGES)));
  const auto page_bytes = static_cast<std::uint64_t>(std::max(0L, ::sysconf(_SC_PAGESIZE)));
  const auto arguments = static_cast<std::uint64_t>(std::max(1L, ::sysconf(_SC_ARG_MAX)));
  return std::clamp<std::uint64_t>(pages * page_bytes / 8 / arguments, 64, 16384);
}

ClientCache::Client& ClientCache::touch(pid_t pid) {
  if (const auto found = clients_.find(pid); found != clients_.end()) {
    by_age_.splice(by_age_.begin(), by_age_, found->second.age);
    return found->second;
  }
  make_room();
  by_age_.push_front(pid);
  Client& client = clients_[pid];
  client.age = by_age_.begin();
  return client;
}

void ClientCache::make_room() {
  auto candidate = by_age_.end();
  while (clients_.size() >= capacity_ && candidate != by_age_.begin()) {
    --candidate;
    const bool is_newest = candidate == by_age_.begin();
    if (is_newest || pins_.contains(*candidate)) continue;
    announce_change();
    clients_.erase(*candidate);
    candidate = by_age_.erase(candidate);
  }
}

bool ClientCache::is_fresh(const Client& client,
                           const Credentials& credentials,
                           std::string_view stream_unit,
                           std::uint64_t now_usec) const {
  return client.known && client.metadata.credentials() == credentials &&
         now_usec < client.read_at_usec + kFreshUsec &&
         client.claims_generation == claims_.generation() &&
         (stream_unit.empty() || client.stream_unit == stream_unit);
}

const ClientMetadata& ClientCache::find(const Credentials& credentials,
                                        std::string_view label,
                                        std::string_view stream_unit,
                                        std::uint64_t now_usec) {
  if (!clients_.contains(credentials.pid) && prepare_) prepare_();
  Client& client = touch(credentials.pid);
  if (is_fresh(client, credentials, stream_unit, now_usec)) return client.metadata;
  if (client.known) announce_change();

  const bool stale =
      now_usec >= client.read_at_usec + kForgetUsec && !pins_.contains(credentials.pid);
  if (stale || client.metadata.credentials() != credentials) client.metadata = ClientMetadata();
  client.metadata.set_credentials(credentials, label);
  client.stream_unit = stream_unit;
  const std::string claimed =
      stream_unit.empty() ? claims_.unit_of(credentials.pid) : std::string(stream_unit);
  client.metadata.read(sources_, claimed);
  client.read_at_usec = now_usec;
  client.claims_generation = claims_.generation();
  client.known = true;
  return client.metadata;
}

const ClientMetadata& ClientCache::find_object(pid_t pid, std::uint64_t now_usec) {
  Credentials credentials{pid, static_cast<uid_t>(-1), static_cast<gid_t>(-1)};
  struct stat status {};
  const std::string process = sources_.proc + "/" + std::to_string(pid);
  if (::stat(process.c_str(), &status) == 0) {
    credentials.uid = status.st_uid;
    credentials.gid = status.st_gid;
  }
  return find(credentials, {}, {}, now_usec);
}

void ClientCache::pin(pid_t pid) {
  ++pins_[pid];
}

void ClientCache::unpin(pid_t pid) {
  const auto found = pins_.find(pid);
  if (found != pins_.end() && --found->second == 0) pins_.erase(found);
}

}  // namespace logq::collect
