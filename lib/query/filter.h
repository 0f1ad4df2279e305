// Filter: which entries a query wants, as said by the options of logq, and its translation to a
// match on the files.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "journal/journal.h"
#include "journal/match.h"
#include "logq/id128.h"
#include "logq/result.h"
#include "query/priority_range.h"

namespace logq::query {

// The members are joined by AND, the values of one member by OR; an empty member asks nothing. The
// two lists of units are one member.
struct Filter {
  std::vector<std::string> units;        // -u, as typed
  std::vector<std::string> user_units;   // --user-unit, and -u with --user
  std::vector<std::string> identifiers;  // -t
  std::optional<PriorityRange> priorities;
  std::vector<int> facilities;     // --facility, see query/facility.h
  bool kernel = false;             // -k; that it means one boot is the caller's to say in `boots`
  std::vector<std::string> terms;  // FIELD=VALUE, paths and "+", see query/field_terms.h
  std::vector<Id128> boots;
  std::vector<Id128> invocations;  // -I, --invocation, see query/invocation.h
  // -T. The index cannot say "not", so this is asked of each entry before it is shown, and as in
  // journalctl only in the short output modes.
  std::vector<std::string> excluded_identifiers;
};

// What the meaning of a filter depends on besides its text.
struct FilterContext {
  uid_t reader_uid = 0;  // whose units --user-unit means
  // The files were named with -D, --file or --root. They may be another machine's, whose
  // systemd-coredump has a uid unknown here; its entries are then not asked for their uid.
  bool named_source = false;
};

// Globs among the units are resolved against `journal`. Fails with what describe_filter_error()
// words.
[[nodiscard]] Result<journal::Match> build_match(const Filter& filter,
                                                 journal::Journal& journal,
                                                 const FilterContext& context);

// The error of build_match() as journalctl words it: "Failed to add match 'foo': Invalid argument",
// "Failed to add filter for units: No data available".
[[nodiscard]] std::string describe_filter_error(const Filter& filter, const Error& error);

// Whether an entry with this SYSLOG_IDENTIFIER is one that -T leaves out. An entry without any is
// never left out.
[[nodiscard]] bool is_excluded(const Filter& filter, std::optional<std::string_view> identifier);

}  // namespace logq::query
