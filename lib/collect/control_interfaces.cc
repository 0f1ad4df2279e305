#include "collect/control_interfaces.h"

#include <array>

namespace logq::collect {
namespace {

constexpr std::string_view kService =
    R"(# What every Varlink service answers
interface org.varlink.service

method GetInfo() -> (
	vendor: string,
	product: string,
	version: string,
	url: string,
	interfaces: []string
)

method GetInterfaceDescription(interface: string) -> (description: string)

error InterfaceNotFound(interface: string)

error MethodNotFound(method: string)

error MethodNotImplemented(method: string)

error InvalidParameter(parameter: string)

error PermissionDenied()
)";

constexpr std::string_view kJournal =
    R"(# Orders to the collector
interface io.systemd.Journal

# Replies when everything that was sent before is stored and durable. Anybody may ask; with
# "offline", which changes nothing else, only root and the collector's own user.
method Synchronize(offline: ?bool) -> ()

# Begins new journal files. Replies when the old ones are archived.
method Rotate() -> ()

# Moves what is in volatile storage to persistent storage, and goes on there.
method FlushToVar() -> ()

# Goes on in volatile storage until the next flush.
method RelinquishVar() -> ()

error NotSupportedByNamespaces()
)";

constexpr std::string_view kCollector =
    R"(# How the collector does
interface io.logq.Collector

# Where entries go. Files and sizes are those of the last look, at most half a minute old while
# entries arrive.
type Storage (
	# "persistent", "volatile" or "none"
	place: string,
	directory: string,
	files: int,
	usedBytes: int,
	# Of these, files of users (SplitMode=)
	userFiles: int,
	userBytes: int,
	limitBytes: int,
	availableBytes: int,
	fileSystemFreeBytes: int,
	# Why entries that belong into persistent storage go to volatile storage
	trouble: ?string
)

# What was stored per second during the last so many seconds
type Rate (
	seconds: int,
	entriesPerSecond: float,
	bytesPerSecond: float
)

# A socket of datagrams. The queue is "empty", "waiting" or "full"; while it is full senders wait.
type Queue (
	socket: string,
	queue: string
)

type Streams (
	open: int,
	max: int,
	waitingBytes: int
)

# Clients of the batch socket: how many there are, and for how many there was no room
type Batches (
	connections: int,
	refused: int
)

type Sync (
	endedRealtimeUSec: int,
	tookUSec: int,
	error: ?string
)

type Control (
	connections: int,
	refused: int
)

method Status() -> (
	version: string,
	pid: int,
	namespace: string,
	runtimeDirectory: string,
	startedRealtimeUSec: int,
	uptimeUSec: int,
	storage: Storage,
	storedEntries: int,
	storedBytes: int,
	rates: []Rate,
	droppedTotal: int,
	dropped: [string]int,
	suppressed: int,
	queues: []Queue,
	streams: Streams,
	batches: Batches,
	clients: int,
	lastSync: ?Sync,
	syncFailures: int,
	control: Control
)
)";

constexpr std::array kInterfaces = {ControlInterface{"io.logq.Collector", kCollector},
                                    ControlInterface{"io.systemd.Journal", kJournal},
                                    ControlInterface{"org.varlink.service", kService}};

}  // namespace

std::span<const ControlInterface> control_interfaces() {
  return kInterfaces;
}

}  // namespace logq::collect
