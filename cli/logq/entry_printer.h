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

namespace logq::cli {

// Borrows the journal and the buffer. Not thread-safe.
class EntryPrinter {
 public:
  EntryPrinter(const Options& options, journal::Journal& journal, OutputBuffer& output);

  // REQUIRES: the journal stands on an entry.
  Result<void> print();
  // "-- No entries --" and the cursor, after the last entry.
  void print_end();

  [[nodiscard]] std::uint64_t printed() const { return printed_; }

 private:
  void print_boot_change(const Id128& boot_id);

  const Options& options_;
  journal::Journal& journal_;
  OutputBuffer& output_;
  std::unique_ptr<query::OutputFormat> format_;
  std::vector<std::string_view> payloads_;  // scratch
  std::optional<Id128> last_boot_id_;
  std::string cursor_;
  std::uint64_t printed_ = 0;
};

}  // namespace logq::cli
