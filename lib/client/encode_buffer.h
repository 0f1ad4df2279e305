// EncodeBuffer: memory of the calling thread to bring one entry into its wire form.
//
// Borrowing it costs nothing once it has grown to the size of the usual entry. Where the thread's
// own is taken (an entry logged while another is being encoded) or already destroyed (logging from
// the destructors at the end of a thread) a temporary one takes its place.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace logq::client {

struct EncodedMember {
  std::string name;
  std::size_t value_offset = 0;  // into EncodeMemory::values
  std::size_t value_size = 0;
};

struct EncodeMemory {
  std::string bytes;                   // the result
  std::string values;                  // scratch: rendered values
  std::vector<EncodedMember> members;  // scratch: what is where in `values`; slots are reused
};

class EncodeBuffer {
 public:
  EncodeBuffer();
  EncodeBuffer(const EncodeBuffer&) = delete;
  EncodeBuffer& operator=(const EncodeBuffer&) = delete;
  // Returns the memory to the thread, but what an unusually large entry needed to the system.
  ~EncodeBuffer();

  EncodeMemory& operator*() { return *memory_; }
  EncodeMemory* operator->() { return memory_; }

 private:
  EncodeMemory temporary_;
  EncodeMemory* memory_;
};

}  // namespace logq::client
