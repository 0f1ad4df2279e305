// Whether the wall clock is to be believed when archives are deleted for their age on demand.
//
// A clock that was set forward by mistake makes every file too old at once, and what is deleted for
// that is gone when the clock is right again. Entries carry both clocks: those of this boot tell
// when only one of the two has moved on. A collector, which has watched the clock, knows more.
#pragma once

#include <cstdint>
#include <string>

#include "base/clock.h"
#include "logq/id128.h"

namespace logq::journal {

// By how much the clock was set forward after the newest entry of this boot, or after the last one
// of a file that is not an hour old; 0 where it is less than a day, or nothing tells: no entries of
// this boot (an old directory may well be vacuumed), no readable file.
std::uint64_t clock_leap_usec(const std::string& directory,
                              const base::TimePair& now,
                              const Id128& boot_id);

}  // namespace logq::journal
