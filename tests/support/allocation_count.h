// How often this program called operator new so far, in all threads.
#pragma once

#include <cstdint>

namespace logq::test {

std::uint64_t allocation_count();

}  // namespace logq::test
