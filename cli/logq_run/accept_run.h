// Sockets with Accept=yes: logq-run hello.socket, or --listen=ADDRESS --accept -- PROG.
#pragma once

#include "logq_run/options.h"

namespace logq::cli {

// Whether a socket unit that is named has Accept=yes, or the command line says --accept.
bool accepts_connections(const Options& options);

// Returns the exit status: 0 when it was stopped, kOwnFailure for what kept it from going on.
int run_accepting(const Options& options);

}  // namespace logq::cli
