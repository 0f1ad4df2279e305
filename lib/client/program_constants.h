// The constants of the running program: what lies in its read-only memory never changes and stays
// until it ends, so it need not be copied to be logged later. Shared libraries are not looked at:
// they may be unloaded.
#pragma once

#include <cstddef>
#include <span>

namespace logq::client {

// The memory of the program's segments in front of the first one that is writable (elf(5)); empty
// where the kernel does not say where they are. Takes no lock, so that it may be asked for in the
// child of a fork.
[[nodiscard]] std::span<const std::byte> program_constants() noexcept;

}  // namespace logq::client
