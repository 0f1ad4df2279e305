// Threads that take no signals from the program they work for.
#pragma once

#include <functional>
#include <thread>

namespace logq::base {

// A thread that blocks all signals but those its own instructions raise; not joinable when there is
// none to be had.
[[nodiscard]] std::thread start_quiet_thread(std::function<void()> body);

}  // namespace logq::base
