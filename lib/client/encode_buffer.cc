#include "client/encode_buffer.h"

#include <cstdint>

namespace logq::client {
namespace {

constexpr std::size_t kKeptCapacityMax = std::size_t{256} << 10;

enum class State : std::uint8_t { kFree, kTaken, kDestroyed };

// Trivial, so that it may still be read after the thread's other objects are gone.
thread_local State state = State::kFree;

struct ThreadMemory {
  EncodeMemory memory;
  ThreadMemory() = default;
  ThreadMemory(const ThreadMemory&) = delete;
  ThreadMemory& operator=(const ThreadMemory&) = delete;
  ~ThreadMemory() { state = State::kDestroyed; }
};

EncodeMemory& thread_memory() {
  thread_local ThreadMemory memory;
  return memory.memory;
}

void give_back_if_large(std::string& text) {
  if (text.capacity() > kKeptCapacityMax) std::string().swap(text);
}

}  // namespace

EncodeBuffer::EncodeBuffer() : memory_(&temporary_) {
  if (state != State::kFree) return;
  memory_ = &thread_memory();
  state = State::kTaken;
  memory_->bytes.clear();
  memory_->values.clear();
}

EncodeBuffer::~EncodeBuffer() {
  if (memory_ == &temporary_) return;
  give_back_if_large(memory_->bytes);
  give_back_if_large(memory_->values);
  state = State::kFree;
}

}  // namespace logq::client
