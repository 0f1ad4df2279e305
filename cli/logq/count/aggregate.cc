#include "logq/count/aggregate.h"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "common/run.h"
#include "logq/count/aggregate_tables.h"
#include "logq/count/counted_table.h"
#include "logq/count/entry_tally.h"
#include "logq/count/index_counter.h"
#include "logq/end_request.h"
#include "logq/search/asked_entries.h"
#include "logq/search/reading_start.h"
#include "logq/search/time_window.h"
#include "wire/utf8.h"

namespace logq::cli {
namespace {

using Kind = AggregateOptions::Kind;

// All of them, or those up to a signal that asks for the end.
Outcome<void> count_entries(const Options& options,
                            journal::Journal& journal,
                            ReadingProgress& progress,
                            EntryTally& tally) {
  const auto start = go_to_start(options, journal);
  if (!start) return tl::unexpected<Failure>(start.error());
  for (bool standing = *start; standing && !end_requested(); standing = journal.next()) {
    const std::uint64_t time = journal.entry().realtime_usec;
    progress.at(time);
    const Place place = place_in(options.range, time, false);
    if (place == Place::kBeyond) break;
    if (place == Place::kWithin) tally.add(journal);
  }
  return {};
}

// Of files that are counted by their index one entry is left to look at, the last.
void count_by_index(const Options& options, journal::Journal& journal, EntryTally& tally) {
  auto counter = std::make_shared<IndexCounter>(options, journal, tally.values(), tally.counts());
  journal.narrow([counter](journal::FileReader& file) {
    using Entries = std::vector<journal::FileOffset>;
    const bool is_done = end_requested() || counter->count(file);
    return is_done ? std::optional(Entries{}) : std::nullopt;
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
  if (const auto failures = tally.search_failures(); failures.n_texts > 0)
    return search_failure(failures);
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
  Options forward = options;  // -n and -r are about rows, and no boot is told
  forward.display.lines.reset();
  forward.display.reverse = false;
  forward.display.quiet = true;
  journal::Journal& journal = *source.journal;
  ReadingProgress progress(forward, journal, line);
  Outcome<AskedEntries> asked = ask_for_entries(forward, journal, progress);
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
  // CSV has values as they are; the other forms have no control characters.
  const query::FormatOptions& format = options.display.format;
  if (format.for_terminal && !format.show_all) wire::hide_controls(*text, 0, '?');
  output.text() += *text;
  if (end_requested()) {  // files may have been passed over for it, too
    print_error_line("interrupted: only " + std::to_string(tally.counts().n_entries) +
                     " entries were counted");
    return requested_status();
  }
  const bool nothing_found = is_search && tally.counts().n_entries == 0;
  const auto judged = judge(source, tally);
  return judged && nothing_found ? ExitStatus::kFailure : judged;
}

}  // namespace logq::cli
