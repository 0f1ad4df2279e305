#include "logq/show/show.h"

#include <cerrno>

#include "base/sigbus_guard.h"
#include "base/try.h"
#include "common/output_buffer.h"
#include "common/run.h"
#include "logq/collector/control.h"
#include "logq/end_request.h"
#include "logq/search/asked_entries.h"
#include "logq/search/entry_search.h"
#include "logq/search/reading_start.h"
#include "logq/search/time_window.h"
#include "logq/show/cursor_file.h"
#include "logq/show/entry_printer.h"
#include "logq/show/follow.h"
#include "logq/show/pager.h"
#include "logq/source/damage_report.h"
#include "query/where_explain.h"

namespace logq::cli {
namespace {

using journal::Journal;

// Files that were rotated and deleted are let go of this often while a long backlog is printed.
constexpr std::uint64_t kEntriesBetweenChanges = 1024;

// One run over the wanted entries. Borrows everything.
class Showing {
 public:
  Showing(const Options& options,
          Journal& journal,
          ReadingProgress& progress,
          EntrySearch search,
          OutputBuffer& output)
      : options_(options),
        journal_(journal),
        progress_(progress),
        output_(output),
        printer_(options, output, std::move(search)),
        keeps_cursor_(options.display.show_cursor || !options.range.cursor_file.empty()) {
    journal_.keep_needed([this](const journal::FileReader& file) { return printer_.needs(file); });
  }
  Showing(const Showing&) = delete;
  Showing& operator=(const Showing&) = delete;
  ~Showing() { journal_.keep_needed({}); }

  // From the current entry on, if the journal stands on one.
  Result<void> print_stored(bool standing);
  Result<void> follow(Waiter& waiter);
  // What has come in since, however much a signal hurries.
  Result<void> print_rest();
  // The remarks behind the last entry.
  void print_end();
  // That part of a file is missing, once. Who follows hears of it when it is found, as the end may
  // be days away.
  void tell_of_missing_page();

  [[nodiscard]] std::uint64_t printed() const { return printer_.printed(); }
  [[nodiscard]] query::Grep::Failures search_failures() const { return printer_.search_failures(); }
  // What --cursor-file keeps: the last entry looked at that lies in the range of times.
  [[nodiscard]] const std::optional<journal::Cursor>& last_within() const { return last_within_; }

 private:
  // False when there is nothing more to find.
  Result<bool> take_entry();
  Result<void> take_stored(bool standing);
  [[nodiscard]] bool step() {
    return options_.display.reverse ? journal_.previous() : journal_.next();
  }
  [[nodiscard]] static bool is_over() { return end_requested() || Pager::ended(); }

  const Options& options_;
  Journal& journal_;
  ReadingProgress& progress_;
  OutputBuffer& output_;
  EntryPrinter printer_;
  bool keeps_cursor_;
  bool range_ended_ = false;
  bool told_of_missing_page_ = false;
  std::uint64_t looked_at_ = 0;               // entries
  std::optional<journal::Cursor> last_seen_;  // what --show-cursor prints
  std::optional<journal::Cursor> last_within_;
};

Result<bool> Showing::take_entry() {
  if (keeps_cursor_) last_seen_ = journal_.cursor();
  const std::uint64_t time = journal_.entry().realtime_usec;
  progress_.at(time);
  const Place where = place_in(options_.range, time, options_.display.reverse);
  if (where == Place::kBeyond) return false;
  if (where == Place::kBefore) return true;
  if (keeps_cursor_) last_within_ = last_seen_;
  LOGQ_TRY(printer_.add(journal_));
  return true;
}

Result<void> Showing::print_stored(bool standing) {
  LOGQ_TRY(take_stored(standing));
  LOGQ_TRY(printer_.finish());
  if (keeps_cursor_ && printer_.cut_at()) last_within_ = last_seen_ = printer_.cut_at();
  return {};
}

Result<void> Showing::take_stored(bool standing) {
  const bool nothing_wanted = options_.display.lines && *options_.display.lines == 0;
  if (nothing_wanted && standing && keeps_cursor_) last_within_ = last_seen_ = journal_.cursor();
  while (standing && !printer_.is_enough() && !is_over()) {
    range_ended_ = !LOGQ_TRY(take_entry());
    if (range_ended_) return {};
    const bool is_time_to_look = ++looked_at_ % kEntriesBetweenChanges == 0;
    if (options_.display.follow && is_time_to_look) {
      LOGQ_TRY(printer_.finish());
      LOGQ_TRY(journal_.process_changes());
    }
    // Enough has been printed: the entry stays the current one, the next is for whoever follows.
    standing = !printer_.is_enough() && step();
  }
  return {};
}

Result<void> Showing::follow(Waiter& waiter) {
  // The limit of -n is for the entries shown at first: there may be more behind them already.
  printer_.forget_limit();
  for (;;) {
    while (!is_over() && !range_ended_ && journal_.next())
      range_ended_ = !LOGQ_TRY(take_entry());
    LOGQ_TRY(printer_.finish());
    LOGQ_TRY(output_.flush());
    tell_of_missing_page();
    if (range_ended_ || LOGQ_TRY(waiter.wait()) != Waiter::Woken::kChanged) return {};
    LOGQ_TRY(journal_.process_changes());
  }
}

Result<void> Showing::print_rest() {
  LOGQ_TRY(journal_.process_changes());
  while (!Pager::ended() && !range_ended_ && journal_.next())
    range_ended_ = !LOGQ_TRY(take_entry());
  LOGQ_TRY(printer_.finish());
  return output_.flush();
}

void Showing::tell_of_missing_page() {
  if (told_of_missing_page_ || base::missing_pages() == 0) return;
  told_of_missing_page_ = true;
  print_error_line(missing_page_line());
}

void Showing::print_end() {
  if (!options_.display.follow) printer_.print_end();
  if (options_.display.show_cursor && last_seen_) {
    output_.text() += "-- cursor: " + last_seen_->to_string() + "\n";
  }
}

Outcome<void> fail_with(const Error& error) {
  // Whoever read our output has left: nothing to complain about.
  return failure(error.sys_errno == EPIPE ? "" : error.message());
}

Outcome<void> print_all(const Options& options, Journal& journal, Showing& showing) {
  if (!options.display.follow) {
    const auto standing = go_to_start(options, journal);
    if (!standing) return tl::unexpected<Failure>(standing.error());
    const auto printed = showing.print_stored(*standing);
    return printed ? Outcome<void>{} : fail_with(printed.error());
  }
  auto waiter = Waiter::create(journal);
  if (!waiter) return fail_with(waiter.error());
  if (const auto read = journal.process_changes(); !read) return fail_with(read.error());
  const auto standing = go_to_start(options, journal);
  if (!standing) return tl::unexpected<Failure>(standing.error());
  auto done = showing.print_stored(*standing);
  if (done) done = showing.follow(*waiter);
  if (done && options.display.synchronize_on_exit && end_requested()) {
    // What cannot be had of a collector is no reason not to end.
    const auto synchronized = control_collector(options, Deed::kSync);
    if (!synchronized) print_error_line(synchronized.error().message);
    done = showing.print_rest();
  }
  return done ? Outcome<void>{} : fail_with(done.error());
}

Outcome<void> keep_cursor(const RangeOptions& range, const Showing& showing) {
  if (range.cursor_file.empty() || !showing.last_within()) return {};
  const auto written = write_cursor_file(range.cursor_file, showing.last_within()->to_string());
  if (!written) return failure(describe(range.cursor_file, written.error()));
  return {};
}

ExitStatus end_early(bool is_search, std::uint64_t n_printed) {
  if (is_search) {
    print_error_line("interrupted: what is shown are the first " + std::to_string(n_printed) +
                     " entries that were found");
  }
  return requested_status();
}

// Prints, and keeps the cursor. The failure of a search that could not finish comes last.
Outcome<ExitStatus> show_entries(const Options& options,
                                 Source& source,
                                 ReadingProgress& progress,
                                 EntrySearch search,
                                 OutputBuffer& output) {
  Journal& journal = *source.journal;
  const bool is_search = search.has_pattern();
  Showing showing(options, journal, progress, std::move(search), output);
  if (const auto printed = print_all(options, journal, showing); !printed) {
    return tl::unexpected<Failure>(printed.error());
  }
  showing.print_end();
  if (const auto flushed = output.flush(); !flushed) {
    return tl::unexpected<Failure>(fail_with(flushed.error()).error());
  }
  if (const auto kept = keep_cursor(options.range, showing); !kept) {
    return tl::unexpected<Failure>(kept.error());
  }
  if (end_requested() && !options.display.follow) return end_early(is_search, showing.printed());
  if (const auto failures = showing.search_failures(); failures.n_texts > 0)
    return search_failure(failures);
  if (options.display.follow && base::missing_pages() > 0) {
    showing.tell_of_missing_page();
    return failure("");
  }
  const bool searched = is_search && options.display.lines.value_or(1) > 0;
  const bool nothing_found = searched && showing.printed() == 0;
  if (nothing_found && !options.display.follow) return ExitStatus::kFailure;
  return source.is_failure() ? ExitStatus::kFailure : ExitStatus::kOk;
}

}  // namespace

Outcome<ExitStatus> show(const Options& options,
                         Source& source,
                         OutputBuffer& output,
                         ProgressLine& line) {
  heed_end_requests();
  if (options.display.follow) line.end();  // there is no end to come to
  ReadingProgress progress(options, *source.journal, line);
  Outcome<AskedEntries> asked = ask_for_entries(options, *source.journal, progress);
  if (!asked) return tl::unexpected<Failure>(asked.error());
  if (options.where.explain) {
    output.text() += query::explain_where(*options.where.asked, *asked->plan);
    return ExitStatus::kOk;
  }
  return show_entries(options, source, progress, std::move(asked->search), output);
}

}  // namespace logq::cli
