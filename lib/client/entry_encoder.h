// An entry in the formats of the transports. Pure: entry in, bytes out, in `memory.bytes` where
// nothing else is said.
#pragma once

#include "client/encode_buffer.h"
#include "logq/result.h"
#include "logq/transport.h"

namespace logq::client {

// The native protocol (docs/protocols.md). Fails with kTooLarge beyond the limits of the protocol,
// where a collector would drop the entry whole.
// Appended to `out`, which is left as it was on failure.
Result<void> append_native_entry(const Entry& entry, std::string& out);
// The same for one that is no QuickEntry, field by field.
Result<void> append_unusual_entry(const Entry& entry, std::string& out);

// "<N>" lines: message, then the application's fields as NAME=value, quoted where needed. Every
// line of a message has the prefix; a NUL, which would end a line, becomes \0.
void encode_level_lines(const Entry& entry, EncodeMemory& memory);

// One JSON object and a newline. Values as in `journalctl -o json`: strings, arrays of byte numbers
// for what is not printable UTF-8, an array of values where a name repeats.
void encode_json_line(const Entry& entry, EncodeMemory& memory);

}  // namespace logq::client
