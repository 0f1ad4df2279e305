#include "damage/work_counter.h"

#include <malloc.h>
#include <stdlib.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <new>

namespace {

thread_local bool counting = false;
thread_local std::uint64_t steps = 0;
thread_local std::int64_t held_bytes = 0;
thread_local std::int64_t peak_bytes = 0;

void* take_or_null(std::size_t bytes) {
  void* memory = ::malloc(bytes == 0 ? 1 : bytes);
  if (memory != nullptr && counting) {
    held_bytes += static_cast<std::int64_t>(::malloc_usable_size(memory));
    peak_bytes = std::max(peak_bytes, held_bytes);
  }
  return memory;
}

void* take(std::size_t bytes) {
  void* memory = take_or_null(bytes);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

void give_back(void* memory) {
  if (counting && memory != nullptr) {
    held_bytes -= static_cast<std::int64_t>(::malloc_usable_size(memory));
  }
  ::free(memory);
}

}  // namespace

void* operator new(std::size_t bytes) {
  return take(bytes);
}
void* operator new[](std::size_t bytes) {
  return take(bytes);
}
void* operator new(std::size_t bytes, const std::nothrow_t& /*wanted*/) noexcept {
  return take_or_null(bytes);
}
void* operator new[](std::size_t bytes, const std::nothrow_t& /*wanted*/) noexcept {
  return take_or_null(bytes);
}
void operator delete(void* memory) noexcept {
  give_back(memory);
}
void operator delete[](void* memory) noexcept {
  give_back(memory);
}
void operator delete(void* memory, std::size_t /*bytes*/) noexcept {
  give_back(memory);
}
void operator delete[](void* memory, std::size_t /*bytes*/) noexcept {
  give_back(memory);
}

// What the compiler calls at every branch.
// NOLINTNEXTLINE(bugprone-reserved-identifier): the compiler gives the name
extern "C" void __sanitizer_cov_trace_pc();
extern "C" void __sanitizer_cov_trace_pc() {
  if (counting && ++steps > logq::test::kStepsOfALoop) {
    ::fputs("an operation does not end\n", stderr);
    ::abort();
  }
}

namespace logq::test {

WorkCounter::WorkCounter() {
  steps = 0;
  held_bytes = 0;
  peak_bytes = 0;
  counting = true;
}

WorkCounter::~WorkCounter() {
  counting = false;
}

Work WorkCounter::work() const {
  return {steps, static_cast<std::uint64_t>(peak_bytes)};
}

}  // namespace logq::test
