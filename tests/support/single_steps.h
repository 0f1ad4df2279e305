// A piece of work that a child process does one instruction at a time, so that a test can look
// after each of them at what a kill would leave there.
//
// The child is a copy of the test: what it does shows only in files and shared mappings.
#pragma once

#include <cstddef>
#include <functional>

namespace logq::test {

// Whether a process may trace its child here.
bool can_run_in_steps();

// Called by the work, once each: from the first to the second it goes in steps.
void begin_steps();
void end_steps();

// Calls `look` when `work` comes to begin_steps(), and after each instruction from there to
// end_steps(). How many there were. Throws std::runtime_error when the work does not come to its
// end.
std::size_t run_in_steps(const std::function<void()>& work, const std::function<void()>& look);

}  // namespace logq::test
