// Protection of a program from files that shrink while they are mapped, or cannot be read any more.
//
// Touching a mapping beyond the end of its file, or where the device fails, raises SIGBUS. The
// handler puts a page of zeros in that place: a bounds-checked reader finds no valid object there,
// and a writer learns from misses_page() that what it stores goes nowhere. Only programs install
// it: a library must not have signal handlers. Without it nothing is ever missing. Thread-safe.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace logq::base {

void install_sigbus_guard();

// How many pages were missing so far: more than 0 means that something could not be read.
[[nodiscard]] int missing_pages();

// Whether one of `mapping` has been missing since missing_pages() returned `before`. When more went
// missing meanwhile than are kept track of, that is taken to be so.
[[nodiscard]] bool misses_page(std::span<const std::byte> mapping, int before);

// The path of the file that the first of them was missing from, "" when there is none.
[[nodiscard]] std::string file_of_missing_page();

}  // namespace logq::base
