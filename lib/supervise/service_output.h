// Where the output of a service's processes goes: streams of the collector, or files.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/unique_fd.h"
#include "supervise/collector_stream.h"
#include "supervise/launch.h"
#include "supervise/service_unit.h"

namespace logq::supervise {

struct OutputOptions {
  // A stream for each process that is started, two where `has_error_stream`; the header says whose
  // it is. One that is not open leaves the process our own output.
  std::function<StreamConnection()> connect;
  std::function<std::string(const std::string& program, bool is_error)> header;
  bool has_error_stream = false;  // else standard error is standard output
  // Of the collector itself: what would go to the collector stays our own output.
  bool is_passed_through = false;
  std::function<void(const std::string&)> warn;  // one line
};

// Of one process. The streams refer to the descriptors.
struct ServiceOutput {
  OutputStream standard_output;
  OutputStream standard_error;
  std::vector<base::UniqueFd> streams;  // our ends
  std::string collector;                // the socket they are connected to, of the last
  std::vector<base::UniqueFd> files;    // the same where it goes to files
};

// Of StandardInput=fd:NAME and its like; -1: it is none of those. Borrowed.
struct NamedDescriptors {
  int input = -1;
  int output = -1;
  int error = -1;
};
// Finds them among those that a process is passed, which have a name each. Nothing where one is not
// there. As with systemd each counts once, where the unit asks for a name again.
[[nodiscard]] std::optional<NamedDescriptors> find_named_descriptors(
    const ServiceUnit& unit,
    const std::vector<int>& descriptors,
    const std::vector<std::string>& names);

// Whether a standard descriptor of its is the socket that the service is run for.
[[nodiscard]] bool has_standard_socket(const ServiceUnit& unit);

// What cannot be opened is a warning, and goes to the collector or stays our own output. `socket`:
// that one, borrowed. REQUIRES: it is open where has_standard_socket().
[[nodiscard]] ServiceOutput open_service_output(const ServiceUnit& unit,
                                                const NamedDescriptors& named,
                                                const OutputOptions& options,
                                                const std::string& program,
                                                int socket = -1);

}  // namespace logq::supervise
