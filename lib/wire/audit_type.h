// The names of the kernel's audit record types.
#pragma once

#include <string>
#include <string_view>

namespace logq::wire {

// "SYSCALL" for 1300 and so on; "AUDIT1340" where a type has no name. REQUIRES: not negative.
[[nodiscard]] std::string audit_type_name(int type);

}  // namespace logq::wire
