// The xor_hash of an ENTRY against its payloads: the one thing in a journal file that ties an entry
// to the values it refers to (docs/file-format.md, "Hashes").
//
// It is the XOR of the Jenkins hashes of all payloads that were given, and each is stored once,
// however often it was given. So it need not be the XOR of those that are stored, but it is that of
// some of them.
#pragma once

#include <cstdint>
#include <span>

namespace logq::journal {

// Whether `xor_hash` can be that of an entry whose distinct payloads have these Jenkins hashes.
// An entry of other payloads passes with a probability of 2^(payloads - 64).
bool fits_xor_hash(std::uint64_t xor_hash, std::span<const std::uint64_t> hashes);

}  // namespace logq::journal
