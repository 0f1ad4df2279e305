// What --explain prints.
#pragma once

#include <string>

#include "query/where.h"
#include "query/where_plan.h"

namespace logq::query {

// The tree of the expression, a leaf or a word that joins on each line, and how many entries are
// looked at:
//
//   and
//     _SYSTEMD_UNIT = a.service   index: 1 value, 5210 entries
//     STATUS >= 500               each entry: few enough are left
//   looks at 5210 of 1700000 entries at most
[[nodiscard]] std::string explain_where(const Where& where, const WherePlan& plan);

}  // namespace logq::query
