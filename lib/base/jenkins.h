// Bob Jenkins' lookup3 (public domain, 2006) in the form journal files use it.
//
// It hashes payloads of files without the KEYED_HASH flag, and the xor_hash of every ENTRY always.
#pragma once

#include <cstdint>
#include <string_view>

namespace logq::base {

// What hashlittle2() begins with; the published vectors have others than the zeros of journal
// files.
struct JenkinsSeeds {
  std::uint32_t c = 0;
  std::uint32_t b = 0;
};

// hashlittle2(): the first result, c, in the high half, the second, b, in the low half.
[[nodiscard]] std::uint64_t jenkins_hash64(std::string_view bytes, JenkinsSeeds seeds = {});

}  // namespace logq::base
