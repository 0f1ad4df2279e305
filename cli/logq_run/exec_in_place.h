// Becoming a program whose output goes to the collector: logq-run --exec, and logq-cat PROGRAM.
#pragma once

#include <chrono>
#include <vector>

#include "logq_run/options.h"
#include "supervise/collector_stream.h"

namespace logq::cli {

// Connects, writes the header and becomes the program; returns the exit status of a failure.
// `facility` is added to the priority.
int exec_in_place(const Options& options, int facility);

// A collector that was started beside us may not listen yet.
supervise::StreamConnection connect_within(std::chrono::seconds wait,
                                           const std::vector<client::SocketCandidate>& candidates);

}  // namespace logq::cli
