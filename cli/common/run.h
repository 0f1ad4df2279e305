// The frame of every main(): locale, one error line, exit status.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "common/exit_status.h"

namespace logq::cli {

// Control characters, and bytes that are no UTF-8, become spaces: what is in the name of a file
// must not command the terminal.
std::string without_controls(std::string_view text);

// How the program is called in messages; "logq" without it. For a main() that is not run(). A
// literal, set before anything can fail.
void set_program_name(std::string_view name);

// Prints "PROGRAM: MESSAGE" as one line on standard error, without control characters.
void print_error_line(std::string_view message);

// Has `give_way` called once, before the next error line: for what stands on that line until then.
// An empty function takes the wish back. Not thread-safe.
void before_next_error_line(std::function<void()> give_way);

// Runs `program_main`, prints its failure and returns the exit status for main(). `name` is how
// the program is called in messages.
int run(std::string_view name,
        Outcome<ExitStatus> (*program_main)(int, char**),
        int argc,
        char** argv);

}  // namespace logq::cli
