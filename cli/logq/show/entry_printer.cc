#include "logq/show/entry_printer.h"

#include <algorithm>
#include <utility>

#include "base/try.h"
#include "logq/search/batch_threads.h"
#include "logq/show/colours.h"

namespace logq::cli {
namespace {

// Batches are small at first, so that something is to be seen at once.
constexpr std::size_t kSmallestBatch = 32;

// What a search finds now and then is shown soon.
constexpr std::chrono::milliseconds kShownWithin{100};

ContextWindow window_of(const Options& options) {
  const GrepOptions& grep = options.grep;
  return options.display.reverse ? ContextWindow(grep.after, grep.before)
                                 : ContextWindow(grep.before, grep.after);
}

}  // namespace

EntryPrinter::EntryPrinter(const Options& options, OutputBuffer& output, EntrySearch search)
    : options_(options),
      output_(output),
      search_(std::move(search)),
      work_([this] { return make_worker(); }),
      batch_(empty_batch()),
      context_(window_of(options)),
      last_flush_(std::chrono::steady_clock::now()) {}

base::OrderedWork<EntryBatch>::Worker EntryPrinter::make_worker() {
  // The patterns were compiled once without an error.
  auto formatter =
      std::make_shared<BatchFormatter>(options_, std::move(*search_.clone()), waiting_text_);
  formatters_.push_back(formatter);
  return [formatter](EntryBatch& batch) { formatter->run_ahead(batch); };
}

std::size_t EntryPrinter::batch_size() const {
  // Whoever follows goes on from the last entry that was printed, so none may be looked at behind.
  if (options_.display.follow && options_.display.lines && is_searched()) return 1;
  return std::clamp<std::size_t>(added_ / 8, kSmallestBatch, kLargestBatch);
}

// How many batches may be under way while another one is filled.
std::size_t EntryPrinter::batches_ahead() const {
  return work_.threads() == 0 ? 0 : kBatchesPerThread * (work_.threads() + 1);
}

Result<void> EntryPrinter::add(const journal::Journal& journal) {
  const journal::EntryInfo& info = journal.entry();
  if (!options_.grep.has_context()) add_boot_change(info.boot_id);
  batch_->entries.push_back({&journal.file(), info});
  ++added_;
  if (batch_->entries.size() < batch_size()) return {};
  return put_batch();
}

void EntryPrinter::add_boot_change(const Id128& boot_id) {
  if (std::string line = boot_line(boot_id); !line.empty())
    batch_->remarks.push_back({batch_->entries.size(), std::move(line)});
}

// What goes before an entry of another boot than the last one's.
std::string EntryPrinter::boot_line(const Id128& boot_id) {
  if (options_.display.quiet || options_.source.merge) return {};
  const bool is_other = last_boot_id_ && *last_boot_id_ != boot_id;
  last_boot_id_ = boot_id;
  if (!is_other) return {};
  const Colours colours(options_.display.format.colours);
  return std::string(colours.bold()) + "-- Boot " + boot_id.to_string() + " --" +
         std::string(colours.off()) + "\n";
}

Result<void> EntryPrinter::put_batch() {
  if (added_ >= kEntriesBeforeThreads && work_.threads() == 0 &&
      options_.display.mode != query::OutputMode::kShortDelta) {  // which tells entries in turn
    work_.start_threads(threads_of_machine() - 1);
  }
  work_.put(std::exchange(batch_, empty_batch()));
  while (work_.size() > batches_ahead())
    LOGQ_TRY(print(work_.take()));
  while (auto done = work_.take_if_done())
    LOGQ_TRY(print(std::move(done)));
  return {};
}

Result<void> EntryPrinter::finish() {
  if (!batch_->entries.empty()) work_.put(std::exchange(batch_, empty_batch()));
  while (work_.size() > 0)
    LOGQ_TRY(print(work_.take()));
  return {};
}

Result<void> EntryPrinter::print(std::unique_ptr<EntryBatch> batch) {
  const auto is_complete = [&batch] { return batch->n_done == batch->entries.size(); };
  LOGQ_TRY(print_text(*batch));
  while (!is_complete() && !cut_at_) {
    formatters_.front()->run(*batch);
    LOGQ_TRY(print_text(*batch));
  }
  batch->clear();
  emptied_.push_back(std::move(batch));
  return {};
}

// What the batch has made so far.
Result<void> EntryPrinter::print_text(EntryBatch& batch) {
  if (options_.grep.has_context()) return print_in_context(batch);
  waiting_text_.fetch_sub(batch.text.size(), std::memory_order_relaxed);
  if (cut_at_) return {};  // nothing behind is wanted
  for (const EntryBatch::Damage& damage : batch.damage)
    damage.file->report(damage.error);
  batch.damage.clear();
  const bool is_limited = options_.display.lines && is_searched() && !limit_is_over_;
  if (is_limited && printed_ + batch.hits.size() >= *options_.display.lines) {
    cut(batch, *options_.display.lines - printed_);
  }
  printed_ += batch.hits.size();
  batch.hits.clear();
  LOGQ_TRY(output_.write(batch.text));
  batch.text.clear();
  return flush_in_time();
}

Result<void> EntryPrinter::flush_in_time() {
  const auto now = std::chrono::steady_clock::now();
  if (now - last_flush_ < kShownWithin) return {};
  last_flush_ = now;
  return output_.flush();
}

// What was found, with what stands around it, in the order of the entries.
Result<void> EntryPrinter::print_in_context(EntryBatch& batch) {
  for (const EntryBatch::Damage& damage : batch.damage)
    damage.file->report(damage.error);
  batch.damage.clear();
  auto hit = batch.hits.begin();
  auto bystander = batch.bystanders.begin();
  for (std::size_t i = 0; i < batch.n_done; ++i) {
    if (is_limit_reached() && !context_.is_open()) break;
    const bool is_bystander = bystander != batch.bystanders.end() && *bystander == i;
    if (is_bystander) ++bystander;
    const bool is_found = hit != batch.hits.end() && hit->entry == i;
    if (!is_bystander && !is_found) continue;
    const EntryBatch::Entry& entry = batch.entries[i];
    const bool is_hit = is_found && !is_limit_reached();
    context_.add(entry, is_hit, is_found ? hit->highlight : std::nullopt, shown_);
    if (is_found) ++hit;
    LOGQ_TRY(print_shown());
    if (is_hit) ++printed_;
    if (is_hit && is_limit_reached())
      cut_at_ = journal::cursor_of(entry.file->info().seqnum_id, entry.info);
  }
  batch.hits.clear();
  batch.bystanders.clear();
  return flush_in_time();
}

// One by one: all that stands around a hit may be large.
Result<void> EntryPrinter::print_shown() {
  const bool has_separators = !query::is_machine_readable(options_.display.mode);
  std::string text;
  for (const ContextWindow::Item& item : shown_) {
    text = item.behind_gap && has_separators ? "--\n" : "";
    text += boot_line(item.entry.info.boot_id);
    formatters_.front()->format(item.entry, item.highlight, text);
    LOGQ_TRY(output_.write(text));
  }
  shown_.clear();
  return {};
}

// Leaves the first hits, at least one.
void EntryPrinter::cut(EntryBatch& batch, std::uint64_t hits) {
  if (hits == 0) return;
  batch.hits.resize(hits);
  const EntryBatch::Hit& last = batch.hits.back();
  const EntryBatch::Entry& entry = batch.entries[last.entry];
  batch.text.resize(last.text_end);
  cut_at_ = journal::cursor_of(entry.file->info().seqnum_id, entry.info);
}

std::unique_ptr<EntryBatch> EntryPrinter::empty_batch() {
  if (emptied_.empty()) return std::make_unique<EntryBatch>();
  std::unique_ptr<EntryBatch> batch = std::move(emptied_.back());
  emptied_.pop_back();
  return batch;
}

query::Grep::Failures EntryPrinter::search_failures() const {
  query::Grep::Failures all = search_.failures();
  for (const auto& formatter : formatters_)
    all.add(formatter->search_failures());
  return all;
}

void EntryPrinter::print_end() {
  if (printed_ == 0 && !options_.display.quiet) output_.text() += "-- No entries --\n";
}

}  // namespace logq::cli
