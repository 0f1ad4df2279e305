#include "collect/collector_status.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <charconv>

#include "base/unique_fd.h"
#include "wire/json.h"
#include "wire/utf8.h"

namespace logq::collect {
namespace {

// Writes the members of one object.
class Members {
 public:
  explicit Members(std::string& out) : out_(out) { out_.push_back('{'); }

  Members& text(std::string_view name, std::string_view value) {
    begin(name);
    // A path may be any bytes; one that is no text is of no use to a reader of JSON.
    wire::encode_json_string(wire::is_valid_utf8(value) ? value : "?", out_);
    return *this;
  }
  Members& number(std::string_view name, std::uint64_t value) {
    begin(name);
    out_ += std::to_string(value);
    return *this;
  }
  Members& fraction(std::string_view name, double value) {
    begin(name);
    std::array<char, 64> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value,
                                   std::chars_format::fixed, 1);
    out_.append(digits.data(), end.ptr);
    return *this;
  }
  Members& null(std::string_view name) {
    begin(name);
    out_ += "null";
    return *this;
  }
  template <typename Fill>
  Members& object(std::string_view name, const Fill& fill) {
    begin(name);
    element(fill);
    return *this;
  }
  template <typename List, typename Fill>
  Members& array(std::string_view name, const List& list, const Fill& fill) {
    begin(name);
    out_.push_back('[');
    for (const auto& item : list) {
      if (out_.back() != '[') out_.push_back(',');
      element([&](Members& members) { fill(members, item); });
    }
    out_.push_back(']');
    return *this;
  }
  void end() { out_.push_back('}'); }

 private:
  void begin(std::string_view name) {
    if (out_.back() != '{') out_.push_back(',');
    wire::encode_json_string(name, out_);
    out_.push_back(':');
  }
  template <typename Fill>
  void element(const Fill& fill) {
    Members members(out_);
    fill(members);
    members.end();
  }

  std::string& out_;
};

std::string_view name_of(Storage::Place place) {
  switch (place) {
    case Storage::Place::kNowhere:
      break;
    case Storage::Place::kVolatile:
      return "volatile";
    case Storage::Place::kPersistent:
      return "persistent";
  }
  return "none";
}

void add_storage(Members& members, const CollectorStatus& status) {
  members.text("place", name_of(status.place))
      .text("directory", status.directory)
      .number("files", status.space.files)
      .number("usedBytes", status.space.used_bytes)
      .number("userFiles", status.space.user_files)
      .number("userBytes", status.space.user_bytes)
      .number("limitBytes", status.space.limit_bytes)
      .number("availableBytes", status.space.available_bytes())
      .number("fileSystemFreeBytes", status.space.filesystem_free_bytes);
  if (status.storage_trouble) {
    members.text("trouble", *status.storage_trouble);
  } else {
    members.null("trouble");
  }
}

void add_drops(Members& members, const Drops& drops) {
  for (std::size_t i = 0; i < static_cast<std::size_t>(DropCause::kCount); ++i) {
    const auto cause = static_cast<DropCause>(i);
    members.number(key_of(cause), drops.total(cause));
  }
}

void add_last_sync(Members& members, const SyncWorker::Last& last) {
  if (last.number == 0) {
    members.null("lastSync");
    return;
  }
  members.object("lastSync", [&](Members& sync) {
    sync.number("endedRealtimeUSec", last.ended_realtime_usec).number("tookUSec", last.took_usec);
    if (last.failure) {
      sync.text("error", last.failure->message());
    } else {
      sync.null("error");
    }
  });
}

void add_stored(Members& members, const CollectorStatus& status) {
  members.number("storedEntries", status.stored.entries)
      .number("storedBytes", status.stored.bytes)
      .array("rates", status.rates, [](Members& item, const CollectorStatus::Rate& rate) {
        item.number("seconds", rate.seconds)
            .fraction("entriesPerSecond", rate.rate.entries_per_second)
            .fraction("bytesPerSecond", rate.rate.bytes_per_second);
      });
}

void add_senders(Members& members, const CollectorStatus& status) {
  members
      .array("queues", status.queues,
             [](Members& item, const CollectorStatus::Queue& queue) {
               item.text("socket", queue.socket).text("queue", queue.state);
             })
      .object("streams",
              [&](Members& item) {
                item.number("open", status.streams)
                    .number("max", status.streams_max)
                    .number("waitingBytes", status.stream_bytes_waiting);
              })
      .object("batches",
              [&](Members& item) {
                item.number("connections", status.batch_connections)
                    .number("refused", status.batch_refused);
              })
      .number("clients", status.clients);
}

}  // namespace

std::string encode_status(const CollectorStatus& status) {
  std::string out;
  Members members(out);
  members.text("version", status.version)
      .number("pid", static_cast<std::uint64_t>(status.pid))
      .text("namespace", status.log_namespace)
      .text("runtimeDirectory", status.runtime_dir)
      .number("startedRealtimeUSec", status.started_realtime_usec)
      .number("uptimeUSec", status.uptime_usec)
      .object("storage", [&](Members& storage) { add_storage(storage, status); });
  add_stored(members, status);
  members.number("droppedTotal", status.drops->total())
      .object("dropped", [&](Members& dropped) { add_drops(dropped, *status.drops); })
      .number("suppressed", status.suppressed);
  add_senders(members, status);
  add_last_sync(members, status.last_sync);
  members.number("syncFailures", status.sync_failures).object("control", [&](Members& control) {
    control.number("connections", status.control_connections)
        .number("refused", status.control_refused);
  });
  members.end();
  return out;
}

std::string_view queue_state(int socket) {
  pollfd receiver{socket, POLLIN, 0};
  if (::poll(&receiver, 1, 0) <= 0) return "empty";
  sockaddr_un address{};
  socklen_t size = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  const base::UniqueFd probe(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!probe.is_open() || ::getsockname(socket, generic, &size) < 0 ||
      ::connect(probe.get(), generic, size) < 0) {
    return "waiting";
  }
  pollfd sender{probe.get(), POLLOUT, 0};
  return ::poll(&sender, 1, 0) > 0 ? "waiting" : "full";
}

}  // namespace logq::collect
