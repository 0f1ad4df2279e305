#include "collect/client_cache.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>

#include "base/clock.h"
#include "base/io.h"
#include "collect/limits.h"
#include "collect/process_facts.h"

namespace logq::collect {
namespace {

constexpr const char* kProc = "/proc";
constexpr std::uint64_t kFreshUsec = 1'000'000;
constexpr std::uint64_t kForgetUsec = 5'000'000;

// A namespace may have few of them, so that they come round quickly.
bool numbers_are_many(const std::string& proc) {
  const auto text = base::read_small_file(proc + "/sys/kernel/pid_max", 64);
  std::uint64_t most = 0;
  if (text.has_value()) std::from_chars(text->data(), text->data() + text->size(), most);
  return most >= kPidMaxForTrust;
}

}  // namespace

ClientCache::ClientCache(const ProcessSources& sources,
                         const UnitClaims& claims,
                         std::size_t capacity)
    : sources_(sources),
      claims_(claims),
      capacity_(std::max<std::size_t>(capacity, 1)),
      tells_processes_(sources.tell_apart && sources.proc == kProc && kernel_tells_processes()),
      trust_usec_(numbers_are_many(sources.proc) ? kPidTrustUsec : 0),
      cgroups_(sources.cgroups) {}

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
                           const Sender& sender,
                           std::uint64_t now_usec) const {
  return client.known && !client.doubted && client.metadata.credentials() == sender.credentials &&
         now_usec < client.read_at_usec + kFreshUsec &&
         client.claims_generation == claims_.generation() &&
         (sender.stream_unit.empty() || client.stream_unit == sender.stream_unit);
}

const ClientMetadata& ClientCache::find(const Sender& sender, std::uint64_t now_usec) {
  const pid_t pid = sender.credentials.pid;
  if (!clients_.contains(pid) && prepare_) prepare_();
  Client& client = touch(pid);
  const bool is_known = is_fresh(client, sender, now_usec) && is_sender(client, sender, now_usec);
  if (!is_known) refresh(client, sender, now_usec);
  return client.metadata;
}

// Whether a message is of the process that is in the cache; often asked.
bool ClientCache::is_sender(Client& client, const Sender& sender, std::uint64_t now_usec) {
  if (!tells_processes_) return true;
  if (client.identity == 0) return false;
  if (sender.process != nullptr && sender.process->came()) {
    return is_sender_by_handle(client, sender, now_usec);
  }
  const bool lately = had_it_lately(client, sender, now_usec);
  if (lately && now_usec < client.seen_usec + trust_usec_ / 2) return true;
  if (!lately) ++strangers_;  // if it had ended by now, this would be nobody's message
  const auto holder = facts_of_pid(sender.credentials.pid);
  if (!holder.has_value()) return lately;
  if (holder->identity != client.identity) return false;
  client.seen_usec = now_usec;
  return had_it_lately(client, sender, now_usec);
}

bool ClientCache::is_sender_by_handle(Client& client,
                                      const Sender& sender,
                                      std::uint64_t now_usec) const {
  const bool lately = had_it_lately(client, sender, now_usec);
  // It had the number before this was sent, and after this and all that came with it was received.
  // Not so for lines, of which nobody knows when they were sent.
  const bool has_time = sender.sent_realtime_usec.has_value();
  if (has_time && lately && client.seen_usec == now_usec) return true;
  const std::uint64_t identity = sender.process->identity();
  // All that is known of the sender is that it has ended.
  if (identity == 0) return lately && !facts_of_pid(sender.credentials.pid).has_value();
  if (identity != client.identity) return false;
  const bool is_second = client.matched_usec == now_usec;  // so there are likely to be more
  if (is_second && !sender.process->facts().has_ended) client.seen_usec = now_usec;
  client.matched_usec = now_usec;
  return true;
}

// Whether the cached process had the number when a message was sent, for all that is known without
// asking: then, and until so short a time ago that nobody else can have got it.
bool ClientCache::had_it_lately(const Client& client,
                                const Sender& sender,
                                std::uint64_t now_usec) const {
  return now_usec < client.seen_usec + trust_usec_ &&
         sender.sent_realtime_usec.value_or(client.known_since_usec) >= client.known_since_usec;
}

// Which process a message is of; nothing when that cannot be known. An identity of 0 stands for
// whoever has the number, where processes are not told apart.
std::optional<ProcessFacts> ClientCache::identify(const Client& client,
                                                  const Sender& sender,
                                                  std::uint64_t now_usec) const {
  const pid_t pid = sender.credentials.pid;
  const bool is_real = sources_.proc == kProc;
  if (tells_processes_ && sender.process != nullptr && sender.process->came()) {
    const ProcessFacts& facts = sender.process->facts();
    if (facts.identity == 0) return std::nullopt;
    return facts;
  }
  const auto holder = tells_processes_ ? facts_of_pid(pid) : ProcessFacts{};
  if (is_real && sender.sent_realtime_usec.has_value() &&
      began_after(pid, *sender.sent_realtime_usec)) {
    return std::nullopt;
  }
  if (holder.has_value()) return holder;
  // Nobody has the number any more. What is no message is about who had it last.
  const bool is_last =
      !sender.sent_realtime_usec.has_value() || had_it_lately(client, sender, now_usec);
  if (client.identity == 0 || !is_last) return std::nullopt;
  return ProcessFacts{client.identity, 0, true};
}

void ClientCache::refresh(Client& client, const Sender& sender, std::uint64_t now_usec) {
  if (client.known) announce_change();
  const auto process = identify(client, sender, now_usec);
  if (!process.has_value()) {
    doubt(client, sender);
    return;
  }
  const bool is_same = client.known && !client.doubted && client.identity == process->identity;
  const bool stale = process->identity == 0 && now_usec >= client.read_at_usec + kForgetUsec &&
                     !pins_.contains(sender.credentials.pid);
  if (!is_same) ++strangers_;
  if (!is_same || stale || client.metadata.credentials() != sender.credentials) {
    client.metadata = ClientMetadata();
  }
  client.metadata.set_credentials(sender.credentials, sender.label);
  client.stream_unit = sender.stream_unit;
  if (!is_same) {
    client.identity = process->identity;
    client.seen_usec = 0;
    client.matched_usec = 0;
  }
  const std::uint64_t since =
      sender.sent_realtime_usec.value_or(base::Clock::system().now().realtime_usec);
  client.known_since_usec = is_same ? std::min(client.known_since_usec, since) : since;
  read(client, sender, *process, now_usec);
  client.read_at_usec = now_usec;
  client.claims_generation = claims_.generation();
  client.known = true;
  client.doubted = false;
}

// Nothing but what came with the message.
void ClientCache::doubt(Client& client, const Sender& sender) {
  ++strangers_;
  client.metadata = ClientMetadata();
  client.metadata.set_credentials(sender.credentials, sender.label);
  if (!sender.stream_unit.empty()) client.metadata.read_group(sources_, "/", sender.stream_unit);
  client.known = true;
  client.doubted = true;
  client.identity = 0;
}

void ClientCache::read(Client& client,
                       const Sender& sender,
                       const ProcessFacts& process,
                       std::uint64_t now_usec) {
  const pid_t pid = sender.credentials.pid;
  const std::string claimed =
      sender.stream_unit.empty() ? claims_.unit_of(pid, process) : std::string(sender.stream_unit);
  if (process.identity == 0) {
    client.metadata.read(sources_, claimed);
  } else if (!process.has_ended && read_living(client, claimed, process)) {
    client.seen_usec = now_usec;
  } else if (client.metadata.value(TrustedField::kUnit).empty()) {
    // The claim may have been made of what is another process by now.
    const ProcessFacts ended{process.identity, process.cgroup_id, true};
    read_group(client, sender.stream_unit.empty() ? claims_.unit_of(pid, ended) : claimed, ended);
  }
}

// False when the process was gone before all was read, so that what was read may be another's.
bool ClientCache::read_living(Client& client,
                              std::string_view claimed_unit,
                              const ProcessFacts& process) {
  ClientMetadata read = client.metadata;
  const bool has_group = read.read(sources_, claimed_unit);
  const auto holder = facts_of_pid(client.metadata.credentials().pid);
  if (!holder.has_value() || holder->identity != process.identity) return false;
  client.metadata = std::move(read);
  if (!has_group) {
    // Hidden from us (hidepid).
    read_group(client, claimed_unit, *holder);
  } else if (holder->cgroup_id == process.cgroup_id) {
    cgroups_.learn(holder->cgroup_id, client.metadata.value(TrustedField::kCgroup),
                   client.metadata.value(TrustedField::kInvocationId));
  }
  return true;
}

// What the number of its control group tells.
void ClientCache::read_group(Client& client,
                             std::string_view claimed_unit,
                             const ProcessFacts& process) {
  ClientMetadata& metadata = client.metadata;
  const CgroupNames::Cgroup* group = cgroups_.find(process.cgroup_id);
  if (group == nullptr) return metadata.read_group(sources_, "/", claimed_unit);
  if (cgroups_.lives(process.cgroup_id, *group)) {
    metadata.read_group(sources_, group->path, claimed_unit);
  } else {
    metadata.set_group(sources_, group->path, claimed_unit, group->invocation_id);
  }
}

const ClientMetadata& ClientCache::find_object(pid_t pid, std::uint64_t now_usec) {
  Credentials credentials{pid, static_cast<uid_t>(-1), static_cast<gid_t>(-1)};
  struct stat status {};
  const std::string process = sources_.proc + "/" + std::to_string(pid);
  if (::stat(process.c_str(), &status) == 0) {
    credentials.uid = status.st_uid;
    credentials.gid = status.st_gid;
  }
  return find({credentials}, now_usec);
}

void ClientCache::pin(pid_t pid) {
  ++pins_[pid];
}

void ClientCache::unpin(pid_t pid) {
  const auto found = pins_.find(pid);
  if (found != pins_.end() && --found->second == 0) pins_.erase(found);
}

}  // namespace logq::collect
