// Every limit of the collector in one place, each with the reason for its value.
#pragma once

#include <cstddef>
#include <cstdint>

namespace logq::collect {

// Datagrams. A client that sets SO_SNDBUF to 8 MiB, as libsystemd does, can send just under 16 MiB.
// As many as the socket of a service manager queues (net.unix.max_dgram_qlen of systemd), so that
// what is behind costly ones can be read. They are used from the first one on.
inline constexpr std::size_t kDatagramSlots = 512;
// What one call receives, and the slots that are always in memory.
inline constexpr std::size_t kDatagramsPerReceive = 64;
// Syslog has no batches worth as much memory.
inline constexpr std::size_t kSyslogSlots = 16;
inline constexpr std::size_t kDatagramSlotBytes = std::size_t{16} << 20;
// The part of every slot that is always in memory, side by side with that of the other slots. The
// rest is touched by larger datagrams only, and given back after use.
inline constexpr std::size_t kDatagramDenseBytes = std::size_t{64} << 10;
// Room for credentials, a timestamp, a security label and as many descriptors as a message can have
// (253). The kernel would close what does not fit within the call, and that may take long.
inline constexpr std::size_t kControlBytes = 1536;

// Who sent it. Of the control groups that are gone as many are known, 100 to 200 bytes each.
inline constexpr std::size_t kCgroupNamesMax = 4096;
// How often all groups are looked at where one cannot be asked for.
inline constexpr std::uint64_t kCgroupLookIntervalUsec = 100'000;
// A number is not used again within this time: all others have to be used first, and where there
// are at least so many, that takes 650,000 processes a second.
inline constexpr std::uint64_t kPidTrustUsec = 50'000;
inline constexpr std::uint64_t kPidMaxForTrust = 32'768;
// Messages come without pidfds when so many in a row, over so long a time, were of known senders
// and so fast.
inline constexpr std::uint64_t kBusyWindowUsec = 5'000;
inline constexpr std::size_t kBusyMessages = 64;
inline constexpr std::size_t kBusyWindows = 20;

// What a source of datagrams does before the others get their turn: units of about the work that
// the smallest entry makes. Every so many bytes make another one, in whatever they are spent.
inline constexpr std::size_t kWorkPerWakeup = 1024;
inline constexpr std::size_t kBytesPerUnitOfWork = 128;

// Datagrams that wait (collect/waiting_datagrams.h). What is left of one call makes users take
// turns when it would take this long: a queue of 512 is eight times that.
inline constexpr std::uint64_t kLongBacklogUsec = 5'000;
// What a user does in a turn, in units of work: two in a call.
inline constexpr std::size_t kWorkPerTurn = 512;
// Every so many fields make another unit of work.
inline constexpr std::size_t kFieldsPerUnitOfWork = 4;
// Processor time that the waiting datagrams of a user take when he has his fill; the least for
// which one is refused: with half of the slots that is 200 µs for each, of ordinary ones fifty
// times the cost. How often to look whether others wait behind them, and through how many.
inline constexpr std::uint64_t kOwedUsecMax = 250'000;
inline constexpr std::uint64_t kOwedUsecLeast = 50'000;
inline constexpr std::uint64_t kLookIntervalUsec = 5'000;
inline constexpr std::size_t kLookedThroughMax = 1024;
// Of all users; of one half of what others leave.
inline constexpr std::uint64_t kWaitingBytesMax = std::uint64_t{64} << 20;
// With a small file. More are dealt with as larger ones are.
inline constexpr std::size_t kWaitingFilesMax = 64;

// Kernel messages. A record of /dev/kmsg has 8 KiB at most (CONSOLE_EXT_LOG_MAX).
inline constexpr std::size_t kKernelRecordBytes = std::size_t{16} << 10;
inline constexpr std::size_t kKernelRecordsPerWakeup = 256;
// More than the kernel keeps, unless it was told to keep a lot (log_buf_len).
inline constexpr std::size_t kKernelRoundsOfCatchUp = 64;

// Audit records: MAX_AUDIT_MESSAGE_LENGTH of the kernel is 8970.
inline constexpr std::size_t kAuditMessageBytes = std::size_t{16} << 10;
inline constexpr std::size_t kAuditMessagesPerWakeup = 256;

// Descriptor-passed entries (docs/protocols.md, "Limits").
inline constexpr std::uint64_t kMemfdSizeMaxUnprivileged = std::uint64_t{32} << 20;

// A sealed memfd of this size or less is dealt with as a datagram. A socket has room for hundreds
// of them, and whoever sends behind them waits for all: that is why no larger ones are.
inline constexpr std::int64_t kSmallFileBytes = std::int64_t{16} << 10;
// All others wait for their turn on a thread of their own: so many files, and bytes in them, and of
// one user half of what others leave. That is what the thread does in some seconds; the memory is
// the senders'.
inline constexpr std::size_t kPassedFilesMax = 512;
inline constexpr std::uint64_t kPassedBytesMax = std::uint64_t{1} << 30;
// Entries of this size are hashed and compressed there, which takes several times longer than to
// store what comes of it.
inline constexpr std::size_t kPreparedEntryBytes = std::size_t{64} << 10;
// A file that can hang and is not read by then never will be.
inline constexpr std::uint64_t kPassedFileUsec = 5'000'000;
// Slots with later datagrams of their senders, which wait for these; of one user half of what
// others leave. More than these overtake.
inline constexpr std::size_t kHeldSlotsPart = 2;

// A sync has stored what was queued before it after so many full batches of a source: no queue is
// as long. Only under a flood that never lets the queue run empty is it that many.
inline constexpr std::size_t kSyncBatchesMax = 512;

// Control. Nobody has to say more in a call, and systemd's own limits (16 MiB, 4096 connections)
// would let strangers have the memory.
inline constexpr std::size_t kControlMessageMax = std::size_t{32} << 10;
inline constexpr std::size_t kControlConnectionsMax = 128;
// Of those, for all others than root and the collector's own user together, and for each of them.
inline constexpr std::size_t kControlConnectionsOfOthers = 96;
inline constexpr std::size_t kControlConnectionsOfUser = 32;

// Streams, as many as journald takes since v258. Of those a service manager keeps its 4096 of
// before: names of more would not fit the environment they come back in.
inline constexpr std::size_t kStreamsMax = 65536;
inline constexpr std::size_t kStreamsKeptMax = 4096;
// What a region keeps after use, so that short streams cost no pages; the rest is given back.
inline constexpr std::size_t kStreamKeepBytes = std::size_t{8} << 10;
// What all regions together may hold beyond that, mostly lines without an end.
inline constexpr std::size_t kStreamBudgetBytes = std::size_t{32} << 20;
inline constexpr std::size_t kStreamReadBytes = std::size_t{64} << 10;
// Positions in a stream buffer are 23 bits wide, and the buffer holds two lines and one read.
inline constexpr std::size_t kStreamLineMax = std::size_t{3} << 20;
inline constexpr std::size_t kAcceptsPerWakeup = 64;
// Lines that are stored of one stream before the others get their turn; streams that get one before
// everything else does, and the lines of all of them. A read has up to 65,536 lines.
inline constexpr std::size_t kLinesPerTurn = 128;
inline constexpr std::size_t kStreamsPerTurn = 64;
inline constexpr std::size_t kLinesPerRound = 1024;
// While so many wait for their turn no others are accepted.
inline constexpr std::size_t kStreamsWaitingMax = 256;
// Descriptors that streams leave free, or a quarter where the limit is low. The pidfds of all
// messages that one call receives are open at a time.
inline constexpr std::size_t kDescriptorHeadroom = 256;

// Batches. A larger message would be a larger part of a client's send buffer.
inline constexpr std::size_t kBatchSlots = 8;
inline constexpr std::size_t kBatchMessageBytes = std::size_t{256} << 10;
inline constexpr std::size_t kBatchEntriesPerMessage = 512;
// A connection's turn ends with the message that makes it so many units of work (kWorkPerWakeup),
// or with the last slot. Half of what others do in theirs: a message is never left half done.
inline constexpr std::size_t kBatchWorkPerTurn = 512;
// What a client may have under way; all that it has sent is in its own send buffer.
inline constexpr std::uint32_t kBatchWindow = 64;
inline constexpr std::size_t kBatchConnectionsMax = 1024;
// Of a user other than root and the collector's own.
inline constexpr std::size_t kBatchConnectionsOfUser = 512;
// Acknowledgements that nobody reads wait in the socket; the newest one says it all.
inline constexpr int kBatchSendBufferBytes = 16 << 10;
// Clients whose last batch is known, 128 bytes each.
inline constexpr std::size_t kBatchClientsMax = 4096;

// Backward steps of the wall clock up to this size are clamped, larger ones rotate the file.
inline constexpr std::uint64_t kClampUsec = 1'000'000;
// So many at once, and one per interval. With MaxFiles= at 100 a clock that flaps costs files that
// are older than half a day.
inline constexpr std::uint64_t kClockStepsMax = 4;
inline constexpr std::uint64_t kClockStepIntervalUsec = 600'000'000;
// How long a stop may take to drain what has been sent.
inline constexpr std::uint64_t kDrainLimitUsec = 10'000'000;
// Usage and limits are looked at again after this time, as journald does, or after a rotation.
inline constexpr std::uint64_t kSpaceIntervalUsec = 30'000'000;
// A wall clock that is ahead of the newest entry by more than this, and by more than entries are
// kept, is doubted for so long before files are deleted for their age.
inline constexpr std::uint64_t kClockLeapUsec = 86'400'000'000;
inline constexpr std::uint64_t kClockDoubtUsec = 3'600'000'000;
// While the disk is full: how often entries wait for a vacuum before they are given up.
inline constexpr std::uint64_t kMakeRoomIntervalUsec = 1'000'000;
// What a full file system is to have free before entries go there again, for the next file and
// whoever else needs some; at most this part of all of it.
inline constexpr std::uint64_t kRoomReserveBytes = std::uint64_t{16} << 20;
inline constexpr std::uint64_t kRoomReservePart = 16;
// Looks whether persistent storage works again get as rare as this, and stay rare where it works
// for less than that long.
inline constexpr std::uint64_t kRefugeRetryMaxUsec = 300'000'000;
inline constexpr std::uint64_t kRefugeCalmUsec = 600'000'000;
// How often to see whether the files that are written to are still there for others.
inline constexpr std::uint64_t kRemovalIntervalUsec = 1'000'000;
// Units whose rate is watched at a time; journald's number.
inline constexpr std::size_t kRateLimitGroupsMax = 2047;
// Users with a file of their own in one directory, and those whose file is open at a time. Files in
// use are never deleted, so their number must not be in the hands of who can have many user ids.
inline constexpr std::size_t kUserFilesMax = 1024;
inline constexpr std::size_t kUserFilesOpenMax = 64;
// Opening one waits for the disk while all clients wait: so many at once, and then one in a while.
inline constexpr std::uint64_t kUserFilesOpenedAtOnce = 64;
inline constexpr std::uint64_t kUserFileOpeningUsec = 100'000;
// One that cannot be opened is tried again after this.
inline constexpr std::uint64_t kUserFileRestUsec = 60'000'000;
// A user's file is smaller than the system's may be, by this factor, since each takes a sixteenth
// of its greatest size at once, and its writer memory by that size; but it may be this large.
inline constexpr std::uint64_t kUserFileFraction = 4;
inline constexpr std::uint64_t kUserFileSizeLeast = std::uint64_t{8} << 20;
// A namespace's collector that has nothing to do for so long ends; journald's number.
inline constexpr std::uint64_t kIdleUsec = 30'000'000;
// How often the status line for systemctl is brought up to date.
inline constexpr std::uint64_t kStatusIntervalUsec = 5'000'000;
// What a slow console has not taken yet: a boot's worth of lines.
inline constexpr std::size_t kConsoleBytesMax = std::size_t{64} << 10;
// Entries that wait for the other side of a socket, or for there being one.
inline constexpr std::size_t kSocketForwardBytesMax = std::size_t{4} << 20;
// Messages for everybody's terminal: what people can still read, however many are logged.
inline constexpr std::uint64_t kWallsPerWindow = 20;
inline constexpr std::uint64_t kWallWindowUsec = 5'000'000;
inline constexpr std::size_t kWallTextBytesMax = 2048;
// One entry about messages that a place they are forwarded to missed and this interval, as
// journald.
inline constexpr std::uint64_t kForwardReportIntervalUsec = 30'000'000;
// One entry per cause of drops and this interval.
inline constexpr std::uint64_t kDropReportIntervalUsec = 1'000'000;

}  // namespace logq::collect
