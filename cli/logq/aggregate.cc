#include "logq/aggregate.h"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "common/run.h"
#include "logq/aggregate_tables.h"
#include "logq/asked_entries.h"
#include "logq/counted_table.h"
#include "logq/end_request.h"
#include "logq/entry_tally.h"
#include "logq/index_counter.h"
#include "logq/reading_start.h"
#include "logq/time_window.h"
#include "wire/utf8.h"

namespace logq::cli {
namespace {

using Kind = AggregateOptions::Kind;

// False when a signal has ended it, before all entries were handed on.
Outcome<bool> count_entries(const Options& options,
                            journal::Journal& journal,
                            ReadingProgress& progress,
                            EntryTally& tally) {
  const auto start = go_to_start(options, journal);
  if (!start) return tl::unexpected<Failure>(start.error());
  if (end_requested()) return false;  // before anything was found
  for (bool standing = *start; standing; standing = journal.next()) {
    if (end_requested()) return false;
    const std::uint64_t time = journal.entry().realtime_usec;
    progress.at(time);
    const Place place = place_in(options.range, time, false);
    if (place == Place::kBeyond) break;
    if (place == Place::kWithin) tally.add(journal);
  }
  return true;
}

// Of files that are counted by their index no entry is left to look at.
void count_by_index(const Options& options, journal::Journal& journal, EntryTally& tally) {
  auto counter = std::make_shared<IndexCounter>(options, journal, tally.values(), tally.counts());
  journal.narrow([counter](journal::FileReader& file) {
    using Entries = std::vector<journal::FileOffset>;
    return counter->count(file) ? std::optional(Entries{}) : std::nullopt;
  });
}

Outcome<std::string> to_output(const Options& options, EntryTally& tally) {
  const auto format = table_format(options);
  if (!format) return tl::unexpected<Failure>(format.error());
  switch (options.aggregate.kind) {
    case Kind::kCountBy:
      return group_text(options, tally, *format);
    case Kind::kHistogram:
      return histogram_text(options, tally.counts().times, *format);
    case Kind::kStats:
      return stats_text(options, tally, *format);
    default:
      return count_text(tally.counts().n_entries, *format);
  }
}

Outcome<ExitStatus> judge(const Source& source, const EntryTally& tally) {
  if (const auto failures = tally.search_failures(); failures.n_texts > 0) {
    return failure(std::to_string(failures.n_texts) +
                   " texts could not be searched: " + failures.first_cause);
  }
  return source.is_failure() ? ExitStatus::kFailure : ExitStatus::kOk;
}

}  // namespace

Outcome<ExitStatus> aggregate(const Options& options,
                              Source& source,
                              OutputBuffer& output,
                              ProgressLine& line) {
  if (const auto format = table_format(options); !format)
    return tl::unexpected<Failure>(format.error());
  heed_end_requests();
  Options forward = options;  // -n and -r are about rows
  forward.display.lines.reset();
  forward.display.reverse = false;
  journal::Journal& journal = *source.journal;
  ReadingProgress progress(forward, journal, line);
  Outcome<AskedEntries> asked = ask_for_entries(options, journal, progress);
  if (!asked) return tl::unexpected<Failure>(asked.error());
  const bool is_search = asked->search.has_pattern();
  EntryTally tally(options, std::move(asked->search));
  if (asked->is_all && IndexCounter::can_count(options)) count_by_index(options, journal, tally);
  const auto counted = count_entries(forward, journal, progress, tally);
  if (!counted) return tl::unexpected<Failure>(counted.error());
  tally.finish();
  line.end();
  auto text = to_output(options, tally);
  if (!text) return tl::unexpected<Failure>(text.error());
  const query::FormatOptions& format = options.display.format;
  if (format.for_terminal && !format.show_all) wire::hide_controls(*text, 0, '?');
  output.text() += *text;
  if (!*counted || tally.counts().is_cut) {
    print_error_line("interrupted: only " + std::to_string(tally.counts().n_entries) +
                     " entries were counted");
    return requested_status();
  }
  const bool nothing_found = is_search && tally.counts().n_entries == 0;
  const auto judged = judge(source, tally);
  return judged && nothing_found ? ExitStatus::kFailure : judged;
}

}  // namespace logq::cli
