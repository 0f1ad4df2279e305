#include "logq/search/asked_entries.h"

#include <utility>

#include "logq/search/search_scan.h"
#include "logq/search/wanted_match.h"

namespace logq::cli {
namespace {

using journal::Match;

Match both(Match one, Match other) {
  if (one.kind == Match::Kind::kAll) return other;
  if (other.kind == Match::Kind::kAll) return one;
  return Match::all_of({std::move(one), std::move(other)});
}

}  // namespace

Outcome<AskedEntries> ask_for_entries(const Options& options,
                                      journal::Journal& journal,
                                      ReadingProgress& progress) {
  Outcome<Match> match = wanted_match(options, journal);
  if (!match) return tl::unexpected<Failure>(match.error());
  Outcome<EntrySearch> search = EntrySearch::create(options);
  if (!search) return tl::unexpected<Failure>(search.error());
  AskedEntries asked{std::move(*search), std::nullopt, false};
  if (options.where.asked) {
    asked.plan = asked.search.plan(journal);
    match = both(std::move(*match), asked.plan->match);
  }
  // With a match the index leaves fewer entries than a file has.
  const bool is_all = match->kind == Match::Kind::kAll;
  asked.is_all = is_all && !asked.search.is_asked();
  if (journal::Narrowing narrowing = search_narrowing(options, journal, progress);
      narrowing && is_all) {
    journal.narrow(std::move(narrowing));
  } else {
    journal.set_match(std::move(*match));
  }
  return asked;
}

}  // namespace logq::cli
