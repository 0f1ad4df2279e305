#include "logq/show.h"

#include <unistd.h>

#include <cerrno>

#include "base/ids.h"
#include "base/try.h"
#include "common/output_buffer.h"
#include "common/run.h"
#include "common/sigbus_guard.h"
#include "logq/entry_printer.h"
#include "logq/follow.h"

namespace logq::cli {
namespace {

using journal::Journal;

// --follow means the newest boot in the files and this one; nothing while there are no entries.
std::vector<Id128> followed_boots(Journal& journal) {
  journal.set_match(journal::Match::all());
  journal.seek_tail();
  if (!journal.previous()) return {};
  const Id128 newest = journal.entry().boot_id;
  const Id128 current = base::boot_id();
  if (newest == current) return {newest};
  return {newest, current};
}

Outcome<void> set_match(const Options& options, Journal& journal) {
  query::Filter filter = options.filter;
  if (options.display.follow) filter.boots = followed_boots(journal);
  Result<journal::Match> match = query::build_match(filter, journal, {.reader_uid = ::getuid()});
  if (!match) {
    const std::string subject = filter.units.empty() ? "match" : "-u " + filter.units.front();
    return failure(describe(subject, match.error()));
  }
  journal.set_match(std::move(*match));
  return {};
}

// Stands on the first entry to print; false when there is none. With -n 0 it stands on the last
// entry, so that only later ones are followed.
bool go_to_start(const Options& options, Journal& journal) {
  if (!options.display.lines) {
    if (!options.display.reverse) journal.seek_head();
    if (options.display.reverse) journal.seek_tail();
    return options.display.reverse ? journal.previous() : journal.next();
  }
  journal.seek_tail();
  if (*options.display.lines == 0 || options.display.reverse) return journal.previous();
  for (std::uint64_t i = 0; i < *options.display.lines; ++i) {
    if (journal.previous()) continue;
    journal.seek_head();
    return journal.next();
  }
  return true;
}

Result<void> print_stored(const Options& options, Journal& journal, EntryPrinter& printer) {
  bool standing = go_to_start(options, journal);
  if (!standing && options.display.follow) journal.seek_head();  // whatever comes is wanted then
  if (options.display.lines && *options.display.lines == 0) return {};
  while (standing) {
    LOGQ_TRY(printer.print());
    const bool enough = options.display.lines && printer.printed() >= *options.display.lines;
    if ((enough && !options.display.follow) || Waiter::end_requested()) break;
    standing = options.display.reverse ? journal.previous() : journal.next();
  }
  return {};
}

Result<void> follow(Journal& journal, Waiter& waiter, EntryPrinter& printer, OutputBuffer& output) {
  for (;;) {
    LOGQ_TRY(output.flush());
    if (LOGQ_TRY(waiter.wait()) != Waiter::Woken::kChanged) return {};
    LOGQ_TRY(journal.process_changes());
    while (!Waiter::end_requested() && journal.next())
      LOGQ_TRY(printer.print());
  }
}

Result<void> print_all(const Options& options,
                       Journal& journal,
                       EntryPrinter& printer,
                       OutputBuffer& output) {
  if (!options.display.follow) {
    LOGQ_TRY(print_stored(options, journal, printer));
    printer.print_end();
    return output.flush();
  }
  Waiter waiter = LOGQ_TRY(Waiter::create(journal));
  LOGQ_TRY(journal.process_changes());
  LOGQ_TRY(print_stored(options, journal, printer));
  return follow(journal, waiter, printer, output);
}

}  // namespace

Outcome<ExitStatus> show(const Options& options, Source& source) {
  Journal& journal = *source.journal;
  if (journal.files().empty() && source.damage->empty() && !options.display.quiet) {
    print_error_line("no journal files were found");
  }
  if (const Outcome<void> matched = set_match(options, journal); !matched) {
    return tl::unexpected<Failure>(matched.error());
  }
  OutputBuffer output(STDOUT_FILENO);
  EntryPrinter printer(options, journal, output);
  const Result<void> done = print_all(options, journal, printer, output);
  if (!done) {
    const bool reader_left = done.error().sys_errno == EPIPE;
    return failure(reader_left ? "" : done.error().message());
  }
  if (missing_pages() > 0) return failure("a journal file shrank while it was read");
  return source.is_failure() ? ExitStatus::kFailure : ExitStatus::kOk;
}

}  // namespace logq::cli
