// Credentials: what LoadCredential= and SetCredential= of a unit leave for its processes, a file
// each in a directory of the unit's own that only its user can read.
//
// What is loaded is read with the privileges of whoever calls, and may take as long as who is on
// the other side of a socket or a FIFO likes.
#pragma once

#include <sys/types.h>

#include <string>

#include "logq/result.h"
#include "supervise/service_unit.h"

namespace logq::supervise {

[[nodiscard]] bool has_credentials(const ExecutionSettings& settings);
// Whether any of them is read from where somebody else decides how long that takes.
[[nodiscard]] bool has_credentials_of_others(const ExecutionSettings& settings);

// "/run/credentials/hello.service".
[[nodiscard]] std::string credentials_directory(const std::string& runtime_directory,
                                                const std::string& unit);

// Reads all of them anew and puts them there: files of mode 0400 and at most 1 MiB together, names
// included, in a directory of mode 0500, of `owner` where that is not (uid_t)-1. One that is not
// there is left out where its name is relative or SetCredential= has a value for it. Fails with the
// errno of what cannot be read or made, and with E2BIG.
Result<void> write_credentials(const ExecutionSettings& settings,
                               const std::string& directory,
                               uid_t owner);

void remove_credentials(const std::string& directory);

}  // namespace logq::supervise
