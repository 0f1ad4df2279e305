// How many descriptors the process may have open. For programs: a library leaves limits alone.
#pragma once

namespace logq::base {

// Raises the soft limit to the hard one.
void raise_descriptor_limit();

}  // namespace logq::base
