#include "logq/show/batch_formatter.h"

#include <utility>

#include "query/filter.h"
#include "query/payload.h"

namespace logq::cli {
namespace {

using query::OutputMode;

// Text is written out once a batch has made so much of it.
constexpr std::size_t kTextBytes = std::size_t{1} << 20;

// What may wait to be printed before threads stop to make more of it.
constexpr std::size_t kWaitingBytes = std::size_t{8} << 20;

// The formats of one line per entry, in which -T is heeded.
bool is_short(OutputMode mode) {
  return !query::is_machine_readable(mode) && mode != OutputMode::kVerbose;
}

}  // namespace

BatchFormatter::BatchFormatter(const Options& options, EntrySearch search, WaitingText& waiting)
    : options_(options),
      waiting_(waiting),
      search_(std::move(search)),
      format_(query::make_output_format(options.display.mode, options.display.format)),
      reader_([this](const Error& error) {
        if (batch_ != nullptr) {
          batch_->damage.push_back({file_, error});
        } else {
          file_->report(error);
        }
      }) {}

void BatchFormatter::run_ahead(EntryBatch& batch) {
  if (waiting_.load(std::memory_order_relaxed) < kWaitingBytes) run(batch);
}

void BatchFormatter::run(EntryBatch& batch) {
  batch_ = &batch;
  auto remark = batch.remarks.begin();
  while (remark != batch.remarks.end() && remark->before < batch.n_done)
    ++remark;
  while (batch.n_done < batch.entries.size() && batch.text.size() < kTextBytes) {
    const std::size_t index = batch.n_done++;
    for (; remark != batch.remarks.end() && remark->before == index; ++remark)
      batch.text += remark->text;
    take(batch, index);
  }
  waiting_.fetch_add(batch.text.size(), std::memory_order_relaxed);
}

void BatchFormatter::take(EntryBatch& batch, std::size_t index) {
  const EntryBatch::Entry& entry = batch.entries[index];
  file_ = entry.file;
  const std::uint64_t items = reader_.begin(entry.file->opened(), entry.info.offset);
  const EntrySearch::Finding finding = search_.search(entry, reader_, items);
  if (options_.grep.has_context()) {
    if (finding.wanted) batch.hits.push_back({index, 0, finding.highlight});
    if (!finding.wanted && finding.is_near) batch.bystanders.push_back(index);
    return;
  }
  if (!finding.wanted) return;
  const bool is_read = search_.reads_payloads();
  append(entry, is_read ? reader_.begin(entry.file->opened(), entry.info.offset) : items,
         finding.highlight, batch.text);
  // What a format cannot show or -T leaves out counts for -n, as in journalctl.
  batch.hits.push_back({index, batch.text.size()});
}

void BatchFormatter::append(const EntryBatch::Entry& entry,
                            std::uint64_t items,
                            std::optional<query::TextSpan> highlight,
                            std::string& out) {
  collect_payloads(items);
  if (is_excluded()) return;
  format_->append({entry.info, entry.file->info().seqnum_id, payloads_, highlight}, out);
}

void BatchFormatter::format(const EntryBatch::Entry& entry,
                            std::optional<query::TextSpan> highlight,
                            std::string& out) {
  file_ = entry.file;
  batch_ = nullptr;
  append(entry, reader_.begin(entry.file->opened(), entry.info.offset), highlight, out);
}

void BatchFormatter::collect_payloads(std::uint64_t items) {
  payloads_.clear();
  std::string_view payload;
  for (std::uint64_t i = 0; i < items; ++i) {
    if (reader_.payload_of(i, payload)) payloads_.push_back(payload);
  }
}

bool BatchFormatter::is_excluded() const {
  const bool asked = !options_.filter.excluded_identifiers.empty();
  if (!asked || !is_short(options_.display.mode)) return false;
  return query::is_excluded(options_.filter, query::find_value(payloads_, "SYSLOG_IDENTIFIER"));
}

}  // namespace logq::cli
