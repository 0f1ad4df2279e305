// EntryPrinter: prints the current entry of a journal, with the remarks that go between entries.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/output_buffer.h"
#include "journal/journal.h"
#include "logq/options.h"
#include "query/output_format.h"
#include "query/text_span.h"

namespace logq::cli {

// Borrows the options, the journal and the buffer. Not thread-safe.
class EntryPrinter {
 public:
  EntryPrinter(const Options& options, journal::Journal& journal, OutputBuffer& output);

  // REQUIRES of both: the journal stands on an entry.
  // "-- Boot ... --" when the boot is another one than at the last call.
  void print_boot_change();
  Result<void> print(const std::optional<query::TextSpan>& highlight);
  // "-- No entries --" when there were none.
  void print_end();

  [[nodiscard]] std::uint64_t printed() const { return printed_; }

 private:
  void collect_payloads();
  [[nodiscard]] bool is_excluded();

  const Options& options_;
  journal::Journal& journal_;
  OutputBuffer& output_;
  std::unique_ptr<query::OutputFormat> format_;
  std::vector<std::string_view> payloads_;  // scratch
  std::optional<Id128> last_boot_id_;
  std::uint64_t printed_ = 0;
};

}  // namespace logq::cli
