// What is said on standard error at the end of a run, since the log does not have it.
#pragma once

#include <chrono>
#include <cstdint>

#include "supervise/patient_transport.h"
#include "supervise/service_runner.h"

namespace logq::cli {

// With a collector that is busy when there is nothing else to do.
inline constexpr std::chrono::seconds kLastPatience{1};

// Output of a service that its collector may not have.
void tell_left_output(const supervise::ServiceRunner& runner);

// Entries that no collector has taken: `dropped`, and what waits in the transport.
void tell_undelivered(std::uint64_t dropped, const supervise::PatientTransport& transport);

}  // namespace logq::cli
