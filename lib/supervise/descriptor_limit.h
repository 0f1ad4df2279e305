// The limit of open descriptors (RLIMIT_NOFILE) of this process, which has descriptors of all its
// services, and that of the services, which select(2) cannot cope with more. Not thread-safe.
#pragma once

namespace logq::supervise {

// As many as there may be.
void raise_descriptor_limit();
// What it was before; of a child that does not become a supervisor itself.
void restore_descriptor_limit();

}  // namespace logq::supervise
