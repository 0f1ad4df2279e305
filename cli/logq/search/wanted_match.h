// The part of a query that the index of the files answers.
#pragma once

#include "common/exit_status.h"
#include "journal/journal.h"
#include "journal/match.h"
#include "logq/options/options.h"
#include "query/filter.h"

namespace logq::cli {

// Finds the boot and the invocation that are asked for by their place in time, and resolves globs,
// all against `journal`, whose position and match are lost.
//
// -b without an argument is the boot that runs now, or of named files the newest boot there; when
// these are followed, both.
Outcome<journal::Match> wanted_match(const Options& options, journal::Journal& journal);

// What the meaning of the filter depends on here.
[[nodiscard]] query::FilterContext filter_context(const Options& options);

}  // namespace logq::cli
