#include "logq/search/wanted_match.h"

#include <unistd.h>

#include "base/ids.h"
#include "journal/boot_list.h"
#include "query/boot_selector.h"
#include "query/invocation.h"

namespace logq::cli {
namespace {

using journal::Journal;

// Of a live journal the next entries are of the boot that runs, whichever came last so far.
std::vector<Id128> followed_boots(Journal& journal) {
  const Id128 current = base::boot_id();
  journal.set_match(journal::Match::all());
  journal.seek_tail();
  if (!journal.previous() || journal.entry().boot_id == current) return {current};
  return {journal.entry().boot_id, current};
}

Outcome<std::vector<Id128>> wanted_boots(const Options& options, Journal& journal) {
  if (!options.range.boot) return std::vector<Id128>{};
  const auto selector = query::parse_boot_selector(*options.range.boot);
  if (!selector) return failure(describe("-b " + *options.range.boot, selector.error()));
  if (selector->names_newest()) {
    if (!options.source.is_named()) return std::vector<Id128>{base::boot_id()};
    if (options.display.follow) return followed_boots(journal);
  }
  if (selector->all) return std::vector<Id128>{};
  journal.set_match(journal::Match::all());
  const auto boot = query::select_boot(*selector, journal::list_boots(journal));
  if (!boot) return failure(query::describe_missing_boot(*selector));
  return *boot ? std::vector<Id128>{**boot} : std::vector<Id128>{};
}

// An id says enough; a place among the runs needs the unit whose runs are counted.
Outcome<std::vector<Id128>> wanted_invocations(const Options& options, Journal& journal) {
  if (!options.range.invocation) return std::vector<Id128>{};
  const std::string& text = *options.range.invocation;
  const auto selector = query::parse_id_selector(text);
  if (!selector) return failure(describe("--invocation=" + text, selector.error()));
  if (selector->all) return std::vector<Id128>{};
  if (selector->id && selector->offset == 0) return std::vector<Id128>{*selector->id};

  query::Filter of_unit;
  of_unit.units = options.filter.units;
  of_unit.user_units = options.filter.user_units;
  if (of_unit.units.size() + of_unit.user_units.size() != 1) {
    return failure("--invocation= with an offset needs one --unit= or --user-unit=");
  }
  const auto match = query::build_match(of_unit, journal, filter_context(options));
  if (!match) return failure(query::describe_filter_error(of_unit, match.error()));
  const auto id = query::select_invocation(*selector, query::list_invocations(journal, *match));
  if (!id) return failure("no such invocation of the unit in the journal: " + text);
  return *id ? std::vector<Id128>{**id} : std::vector<Id128>{};
}

}  // namespace

query::FilterContext filter_context(const Options& options) {
  return {.reader_uid = ::getuid(), .named_source = options.source.is_named()};
}

Outcome<journal::Match> wanted_match(const Options& options, Journal& journal) {
  query::Filter filter = options.filter;
  Outcome<std::vector<Id128>> boots = wanted_boots(options, journal);
  if (!boots) return tl::unexpected<Failure>(boots.error());
  filter.boots = std::move(*boots);
  Outcome<std::vector<Id128>> invocations = wanted_invocations(options, journal);
  if (!invocations) return tl::unexpected<Failure>(invocations.error());
  filter.invocations = std::move(*invocations);
  Result<journal::Match> match = query::build_match(filter, journal, filter_context(options));
  if (!match) return failure(query::describe_filter_error(filter, match.error()));
  return std::move(*match);
}

}  // namespace logq::cli
