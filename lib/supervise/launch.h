// Becoming a program with its output on a collector's stream: logq-run --exec.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "logq/id128.h"
#include "logq/result.h"

namespace logq::supervise {

// One stream for a program's output. The header is written by the process that becomes the
// program, so that the collector sees that process in its credentials.
struct OutputStream {
  int fd = -1;         // not owned; -1: the program inherits what we have
  std::string header;  // the encoded seven lines
};

struct LaunchPlan {
  std::vector<std::string> argv;  // argv[0] is looked up in PATH; not empty
  OutputStream standard_output;
  OutputStream standard_error;  // fd may be that of standard_output: then its header is not used
  Id128 invocation;
};

enum class LaunchStep : std::uint8_t { kOutput, kExec };

struct LaunchFailure {
  LaunchStep step = LaunchStep::kExec;
  int sys_errno = 0;
};

// Turns this process into the program: same pid, same input. Takes a session of its own unless it
// leads a process group (an interactive shell's job). Signals stay as they are, so that nohup(1)
// keeps its promise, but SIGPIPE is ignored; INVOCATION_ID stays systemd's where systemd started
// us. Returns only on failure.
LaunchFailure become_program(const LaunchPlan& plan);

// 127 when there is no such program, 126 when it cannot be executed, 125 for everything before.
[[nodiscard]] int exit_status_of(const LaunchFailure& failure);

}  // namespace logq::supervise
