// Protection of a reader from files that shrink while they are mapped.
//
// Touching a mapping beyond the end of its file raises SIGBUS. The handler puts a page of zeros in
// that place, the bounds-checked reader finds no valid object there and that file's contribution
// ends. Only for programs: a library must not install signal handlers.
#pragma once

#include <string>

namespace logq::cli {

void install_sigbus_guard();

// How many pages were missing so far: more than 0 means that something could not be read.
[[nodiscard]] int missing_pages();

// The path of the file that the first of them was missing from; "" when it is not mapped any more.
[[nodiscard]] std::string file_of_missing_page();

}  // namespace logq::cli
