// docs/journalctl-parity.md, made of the table of options.
#pragma once

#include <string>

namespace logq::cli {

[[nodiscard]] std::string parity_page();

}  // namespace logq::cli
