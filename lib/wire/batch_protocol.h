// The batch protocol of R/logq: entries by the batch, each batch acknowledged once it is stored
// (docs/batch-protocol.md). Pure codec: bytes in, structs out, no I/O.
//
// A message is one packet of a SOCK_SEQPACKET connection; integers are little-endian. Decoders take
// any bytes: what is too short, of another version or type, or breaks a rule, is kCorrupt or
// kUnsupported, and never read beyond its end. Views returned point into the message.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/little_endian.h"
#include "logq/id128.h"
#include "logq/result.h"

namespace logq::wire {

inline constexpr std::uint8_t kBatchVersion = 1;

enum class BatchType : std::uint8_t {
  kBatch = 1,      ///< client: entries
  kResume = 2,     ///< client: asks where it stands
  kHello = 129,    ///< collector: what it takes
  kAck = 130,      ///< collector: how far it has come
  kRefusal = 131,  ///< collector: its last word
};

// The messages as they are sent. docs/batch-protocol.md shows the same tables.
struct BatchHeader {
  std::uint8_t version;
  std::uint8_t type;
  base::Le16 flags;   // 0
  base::Le32 count;   // entries that follow
  base::Le64 number;  // of the batch, from 1
  std::uint8_t client_id[16];
};
struct BatchHelloMessage {
  std::uint8_t version;
  std::uint8_t type;
  base::Le16 flags;  // 0
  base::Le32 message_bytes_max;
  base::Le32 entries_max;
  base::Le32 window;
};
struct BatchAckMessage {
  std::uint8_t version;
  std::uint8_t type;
  base::Le16 flags;     // 0
  base::Le32 reserved;  // 0
  base::Le64 number;
  base::Le64 stored;
  base::Le64 unwanted;
  base::Le64 invalid;
  base::Le64 failed;
};
struct BatchRefusalMessage {
  std::uint8_t version;
  std::uint8_t type;
  base::Le16 flags;  // 0
  base::Le32 reason;
  base::Le64 number;
};
static_assert(sizeof(BatchHeader) == 32 && alignof(BatchHeader) == 1);
static_assert(sizeof(BatchHelloMessage) == 16 && sizeof(BatchAckMessage) == 48);
static_assert(sizeof(BatchRefusalMessage) == 16);

// What a client sends: a batch, or with no number and no entries the question where it stands.
struct Batch {
  Id128 client_id;           // random, one per logger instance, never null
  std::uint64_t number = 0;  // 0 asks
  std::uint32_t count = 0;   // entries, as the client has counted them
  std::string_view entries;  // in the native protocol, with an empty line between two
};
// kUnsupported for another version, type or flags. REQUIRES of encode: number and count both 0 (and
// no entries), or neither.
Result<Batch> decode_batch(std::string_view message);
[[nodiscard]] std::string encode_batch_header(const Batch& batch);  // the entries go behind it
// The number that a message claims, also one that decode_batch() refuses; 0 where there is none.
[[nodiscard]] std::uint64_t peek_batch_number(std::string_view message);
// The same for its count; the header is enough of a message.
[[nodiscard]] std::uint32_t peek_batch_count(std::string_view message);

// What the collector takes.
struct BatchHello {
  std::uint32_t message_bytes_max = 0;  // header included
  std::uint32_t entries_max = 0;        // in one batch
  std::uint32_t window = 0;             // batches that may be under way
  friend bool operator==(const BatchHello&, const BatchHello&) = default;
};
// All batches up to `number` are dealt with. The others are sums over all batches of this client:
// stored + unwanted + invalid + failed are the entries of these.
struct BatchAck {
  std::uint64_t number = 0;
  std::uint64_t stored = 0;
  std::uint64_t unwanted = 0;  // kept out by a level, a rate or a filter
  std::uint64_t invalid = 0;   // no entries, or beyond the limits of one
  std::uint64_t failed = 0;    // the journal could not take them
  friend bool operator==(const BatchAck&, const BatchAck&) = default;
};
enum class RefusalReason : std::uint32_t {
  kUnsupported = 1,     ///< a version, type or flag that is not known
  kTooLarge = 2,        ///< more bytes or entries than the hello allows
  kMalformed = 3,       ///< breaks a rule of the protocol
  kTooManyClients = 4,  ///< no room for this connection
};
// Batch `number` is not dealt with, nor is any behind it; the connection ends.
struct BatchRefusal {
  RefusalReason reason = RefusalReason::kMalformed;
  std::uint64_t number = 0;  // 0 where it is about no batch
  friend bool operator==(const BatchRefusal&, const BatchRefusal&) = default;
};

[[nodiscard]] std::string encode_batch_reply(const BatchHello& hello);
[[nodiscard]] std::string encode_batch_reply(const BatchAck& ack);
[[nodiscard]] std::string encode_batch_reply(const BatchRefusal& refusal);

using BatchReply = std::variant<BatchHello, BatchAck, BatchRefusal>;
// Bytes behind those that this version knows are passed over. kUnsupported for another version or
// type; a reason that is not known is kept as its number.
Result<BatchReply> decode_batch_reply(std::string_view message);

}  // namespace logq::wire
