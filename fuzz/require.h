// require(): what must hold for every input of a fuzz target. Stops the fuzzer when it does not, in
// every build type.
#pragma once

#include <stdlib.h>

#include <cstddef>
#include <cstdint>

namespace logq::fuzz {

inline void require(bool holds) {
  if (!holds) ::abort();
}

}  // namespace logq::fuzz

// libFuzzer calls this; declared here once for all targets.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
