// Bob Jenkins' lookup3 (public domain, 2006) in the form journal files use it.
//
// It hashes payloads of files without the KEYED_HASH flag, and the xor_hash of every ENTRY always.
#pragma once

#include <cstdint>
#include <string_view>

namespace logq::base {

// hashlittle2() with both seeds zero: the first result in the high, the second in the low half.
[[nodiscard]] std::uint64_t jenkins_hash64(std::string_view bytes);

}  // namespace logq::base
