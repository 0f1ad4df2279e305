// The frame of every main(): locale, one error line, exit status.
#pragma once

#include <string_view>

#include "common/exit_status.h"

namespace logq::cli {

// Prints "PROGRAM: MESSAGE" as one line on standard error. Line breaks in names become spaces.
void print_error_line(std::string_view message);

// Runs `program_main`, prints its failure and returns the exit status for main(). `name` is how
// the program is called in messages.
int run(std::string_view name,
        Outcome<ExitStatus> (*program_main)(int, char**),
        int argc,
        char** argv);

}  // namespace logq::cli
