#include "client/program_constants.h"

#include <link.h>
#include <sys/auxv.h>

#include <cstdint>

namespace logq::client {

std::span<const std::byte> program_constants() noexcept {
  const std::uintptr_t address = ::getauxval(AT_PHDR);
  const std::size_t count = ::getauxval(AT_PHNUM);
  if (address == 0 || ::getauxval(AT_PHENT) != sizeof(ElfW(Phdr))) return {};
  const std::span headers(reinterpret_cast<const ElfW(Phdr)*>(address), count);
  std::uintptr_t load_bias = 0;  // none where the program has no such header: it cannot be moved
  std::uintptr_t begin = UINTPTR_MAX;
  std::uintptr_t end = 0;
  for (const ElfW(Phdr) & header : headers) {
    if (header.p_type == PT_PHDR) load_bias = address - header.p_vaddr;
    if (header.p_type != PT_LOAD) continue;
    if ((header.p_flags & PF_W) != 0) break;  // segments are in the order of their addresses
    if (begin == UINTPTR_MAX) begin = header.p_vaddr;
    end = header.p_vaddr + header.p_filesz;
  }
  if (begin == UINTPTR_MAX) return {};
  begin += load_bias;
  end += load_bias;
  // Else it is not the program that these headers are of.
  if (address < begin || address >= end) return {};
  return {reinterpret_cast<const std::byte*>(begin), end - begin};
}

}  // namespace logq::client
