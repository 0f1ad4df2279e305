// The end of a run: what is said on standard error then, since the log does not have it.
#pragma once

#include <cstdint>
#include <functional>

#include "supervise/patient_transport.h"
#include "supervise/service_runner.h"

namespace logq::cli {

// Output of a service that its collector may not have.
void tell_left_output(const supervise::ServiceRunner& runner);

// Entries that no collector has taken: `dropped`, and what waits in the transport.
void tell_undelivered(std::uint64_t dropped, const supervise::PatientTransport& transport);

// Waits for a collector that is busy, now that there is nothing else to do, then tells the last
// words. As process 1 ends all others.
void end_run(supervise::PatientTransport& transport, const std::function<void()>& tell_last_words);

}  // namespace logq::cli
