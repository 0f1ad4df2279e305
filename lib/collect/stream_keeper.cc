#include "collect/stream_keeper.h"

#include <sys/socket.h>

#include <utility>

#include "collect/limits.h"

namespace logq::collect {
namespace {

// The names of all come back in one environment variable, which can have 128 KiB: half of the id
// tells 4,096 streams apart as well as the whole.
constexpr std::string_view kNamePrefix = "log-";
constexpr std::size_t kNameDigits = 16;
static_assert((kNamePrefix.size() + kNameDigits + 1) * kStreamsKeptMax < 100'000);

std::string name_of(const Id128& stream_id) {
  return std::string(kNamePrefix) + stream_id.to_string().substr(0, kNameDigits);
}

// One that is over may come back when the manager missed that it was taken back.
bool has_ended(int socket) {
  char byte = 0;
  return ::recv(socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

}  // namespace

StreamKeeper::Restored StreamKeeper::restore(std::vector<PassedConnection> connections) {
  Restored restored;
  std::set<StreamKey> living;
  for (PassedConnection& connection : connections) {
    const auto key = StreamKey::of(connection.fd.get());
    if (!key.has_value() || living.contains(*key)) continue;  // the same socket once more
    auto state = states_.load(*key);
    const bool is_new = state.has_value() && known_.insert(state->stream_id).second;
    if (!is_new) {
      if (!has_ended(connection.fd.get())) ++restored.unknown;
      // The manager has it, too, and the client must not wait for a reader that never comes.
      std::ignore = ::shutdown(connection.fd.get(), SHUT_RDWR);
      if (!connection.name.starts_with(kNamePrefix)) continue;
      store_.assume_stored(connection.name);
      store_.remove(connection.name);
      continue;
    }
    living.insert(*key);
    store_.assume_stored(name_of(state->stream_id));
    restored.streams.push_back({std::move(connection.fd), std::move(*state)});
  }
  states_.remove_stale(living);
  return restored;
}

void StreamKeeper::keep(int socket, const StreamState& state) {
  if (!is_available() || known_.size() >= kStreamsKeptMax) return;
  const auto key = StreamKey::of(socket);
  // A descriptor without its state would be of no use.
  if (!key.has_value() || !states_.save(*key, state).has_value()) return;
  known_.insert(state.stream_id);
  store_.store(socket, name_of(state.stream_id));
}

bool StreamKeeper::is_kept(const Id128& stream_id) const {
  return is_available() && known_.contains(stream_id) && store_.is_stored(name_of(stream_id));
}

void StreamKeeper::forget(int socket, const Id128& stream_id) {
  if (known_.erase(stream_id) == 0) return;
  if (const auto key = StreamKey::of(socket)) states_.remove(*key);
  store_.remove(name_of(stream_id));
  // Closing our descriptor ends nothing as long as the manager has one.
  std::ignore = ::shutdown(socket, SHUT_RDWR);
}

}  // namespace logq::collect
