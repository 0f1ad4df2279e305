// One process of a service: started as its unit says, held until everything that is to come before
// its output has been said.
//
// REQUIRES for all of it: a process with one thread, since memory is allocated between fork and
// exec.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/unique_fd.h"
#include "logq/result.h"
#include "supervise/launch.h"
#include "supervise/service_directories.h"
#include "supervise/service_unit.h"

namespace logq::supervise {

// What a process needs to become the program. Borrows the settings.
struct ProcessPlan {
  std::string program;  // a path, or a name that is looked up in PATH of `environment`
  std::vector<std::string> argv;
  std::vector<std::string> environment;  // complete, but for what only the process itself knows
  OutputStream standard_output;
  OutputStream standard_error;  // fd may be that of standard_output: then its header is not used
  int standard_input = -1;      // -1: `standard_input_file`
  std::string standard_input_file = "/dev/null";
  bool has_watchdog = false;     // it is told that it is the process to ping
  std::vector<int> descriptors;  // from 3 on; LISTEN_PID is set where there are any
  int readiness = -1;            // what is at `ready_descriptor`, where it is not -1
  int ready_descriptor = -1;
  const ExecutionSettings* settings = nullptr;
  const DirectoryRoots* directory_roots = nullptr;  // null: no directories are made
  std::string credentials_directory;                // empty: no credentials are put there
  ExecCommand::Privileges privileges = ExecCommand::Privileges::kOfService;
};

// A step that failed: systemd's name of it and the exit status that says so.
struct ProcessFailure {
  const char* step = "EXEC";  // a literal, the same in parent and child
  int exit_status = 203;
  int sys_errno = 0;
  std::optional<DirectoryKind> directory = std::nullopt;  // that could not be made
};

// The parent's end of a process that has not become its program yet.
struct HeldProcess {
  pid_t pid = -1;
  base::UniqueFd control;                 // readable when it has, or has failed: outcome_of()
  std::optional<ProcessFailure> failure;  // known already; it ends by itself
};

// The child leads a session of its own and has done all but its exec when this returns; where it
// has credentials to read from others, that and all that follows is done when it is released.
[[nodiscard]] Result<HeldProcess> start_process(const ProcessPlan& plan);
// Lets it go on.
void release_process(const HeldProcess& process);
// After the descriptor was readable: nothing when it runs the program now.
[[nodiscard]] std::optional<ProcessFailure> outcome_of(const HeldProcess& process);

}  // namespace logq::supervise
