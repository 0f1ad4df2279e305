#include "logq/entry_printer.h"

#include "logq/colours.h"
#include "query/filter.h"
#include "query/payload.h"

namespace logq::cli {
namespace {

using query::OutputMode;

// The formats of one line per entry, in which -T is heeded.
bool is_short(OutputMode mode) {
  return !query::is_machine_readable(mode) && mode != OutputMode::kVerbose;
}

}  // namespace

EntryPrinter::EntryPrinter(const Options& options, journal::Journal& journal, OutputBuffer& output)
    : options_(options),
      journal_(journal),
      output_(output),
      format_(query::make_output_format(options.display.mode, options.display.format)) {}

Result<void> EntryPrinter::print(const std::optional<query::TextSpan>& highlight) {
  collect_payloads();
  if (!is_excluded()) {
    const query::EntryView entry{journal_.entry(), journal_.file_info().seqnum_id, payloads_,
                                 highlight};
    format_->append(entry, output_.text());
  }
  ++printed_;  // what a format cannot show or -T leaves out counts for -n, as in journalctl
  return output_.flush_if_full();
}

void EntryPrinter::collect_payloads() {
  payloads_.clear();
  journal_.for_each_payload([this](std::string_view payload) {
    payloads_.push_back(payload);
    return true;
  });
}

bool EntryPrinter::is_excluded() {
  const bool asked = !options_.filter.excluded_identifiers.empty();
  if (!asked || !is_short(options_.display.mode)) return false;
  return query::is_excluded(options_.filter, journal_.find_value("SYSLOG_IDENTIFIER"));
}

void EntryPrinter::print_boot_change() {
  if (options_.display.quiet || options_.source.merge) return;
  const Id128& boot_id = journal_.entry().boot_id;
  if (last_boot_id_ && *last_boot_id_ != boot_id) {
    const Colours colours(options_.display.format.colours);
    output_.text() += colours.bold();
    output_.text() += "-- Boot " + boot_id.to_string() + " --";
    output_.text() += colours.off();
    output_.text() += "\n";
  }
  last_boot_id_ = boot_id;
}

void EntryPrinter::print_end() {
  if (printed_ == 0 && !options_.display.quiet) output_.text() += "-- No entries --\n";
}

}  // namespace logq::cli
