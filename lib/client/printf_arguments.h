// What a printf format takes of a list of arguments, for calls with several formats in one list.
//
// vsnprintf(3) leaves a list it was given in an unknown state, so the list is copied for it and
// then moved on here.
#pragma once

#include <stdarg.h>

#include <string>

namespace logq::client {

// Appends the formatted text and leaves `arguments` as it is; of errno (%m) it takes what it is
// now, and may change it. False where the format is bad, or the text longer than 2 GiB.
bool append_formatted(const char* format, va_list arguments, std::string& out);

// Takes from `arguments` what `format` takes. False where it takes something that cannot be known:
// a conversion registered by the program.
bool skip_arguments(const char* format, va_list& arguments);

}  // namespace logq::client
