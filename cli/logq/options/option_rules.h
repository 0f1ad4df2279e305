// Which options go together, and what one implies for another: journalctl's rules.
#pragma once

#include "common/exit_status.h"
#include "logq/options/options.h"

namespace logq::cli {

// A failure names the options that exclude each other. REQUIRES: all options are applied, and the
// positional arguments are in options.filter.terms.
Outcome<void> check_options(const Options& options);

// Fills in what follows from the options given: the ten lines of --follow, the current boot of -f,
// -k and -e, the backward search of -g with -n. REQUIRES: check_options() was content.
void apply_implications(Options& options);

}  // namespace logq::cli
