#include "logq/entry_printer.h"

namespace logq::cli {

EntryPrinter::EntryPrinter(const Options& options, journal::Journal& journal, OutputBuffer& output)
    : options_(options),
      journal_(journal),
      output_(output),
      format_(query::make_output_format(options.display.mode, options.display.format)) {}

Result<void> EntryPrinter::print() {
  payloads_.clear();
  journal_.for_each_payload([this](std::string_view payload) {
    payloads_.push_back(payload);
    return true;
  });
  const query::EntryView entry{journal_.entry(), journal_.file_info().seqnum_id, payloads_};
  if (!options_.display.quiet) print_boot_change(entry.info.boot_id);
  format_->append(entry, output_.text());
  if (options_.display.show_cursor) {
    cursor_.clear();
    query::append_cursor(entry, cursor_);
  }
  ++printed_;
  return output_.flush_if_full();
}

void EntryPrinter::print_boot_change(const Id128& boot_id) {
  if (last_boot_id_ && *last_boot_id_ != boot_id) {
    output_.text() += "-- Boot " + boot_id.to_string() + " --\n";
  }
  last_boot_id_ = boot_id;
}

void EntryPrinter::print_end() {
  if (printed_ == 0 && !options_.display.quiet) output_.text() += "-- No entries --\n";
  if (options_.display.show_cursor && printed_ > 0)
    output_.text() += "-- cursor: " + cursor_ + "\n";
}

}  // namespace logq::cli
