// What svstat of daemontools says about a service of any supervisor with its status file.
#pragma once

#include <cstdint>
#include <string>

namespace logq::cli {

// "NAME: up (pid 12) 5 seconds" and a newline, for the service in the directory `path`.
std::string svstat_line(const std::string& name, const std::string& path, std::uint64_t now_usec);

}  // namespace logq::cli
