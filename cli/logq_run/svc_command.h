// logq-svc: looks at supervised services and orders them about.
#pragma once

namespace logq::cli {

// Returns the exit status.
int svc_command(int argc, char** argv);

}  // namespace logq::cli
