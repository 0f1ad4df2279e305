// What a service says of other units, beside what it is run with.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "supervise/service_unit.h"
#include "supervise/socket_unit.h"

namespace logq::supervise {

// The sockets that it is run with, of units in `directory` (which ends with a slash, or is empty):
// those of Sockets=, which may not be usable, and those that are there of which it is the service,
// of Requires=, Wants= and BindsTo=.
[[nodiscard]] std::vector<LoadedSocket> sockets_of(const ServiceUnit& service,
                                                   const std::string& directory,
                                                   const HostFacts& host);

// Takes back that keys are not acted on whose units are all run with it, or are targets.
void forget_met_relations(LoadedService& loaded, const std::set<std::string>& run);

// Whether there is a file of that service: of an instance also that of its template.
[[nodiscard]] bool is_service_file(const std::string& path);

// Keeps of OnFailure= and OnSuccess= the units that `can_start` says it of, each once; that these
// keys are not acted on stays told of the others.
void keep_startable(LoadedService& loaded,
                    const std::function<bool(const std::string& name)>& can_start);

}  // namespace logq::supervise
