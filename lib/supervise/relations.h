// What a service says of other units, beside what it is run with.
#pragma once

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

}  // namespace logq::supervise
