// ExplanationLines: what logq -x prints below an entry, and the link to documentation before its
// message.
#pragma once

#include <string>
#include <string_view>

#include "query/catalog.h"
#include "query/entry_view.h"
#include "query/output_format.h"

namespace logq::query {

// Keeps scratch space: one per thread.
class ExplanationLines {
 public:
  explicit ExplanationLines(const FormatOptions& options) : options_(options) {}

  // Whether append() ever appends something.
  [[nodiscard]] bool are_wanted() const { return options_.explain && options_.catalog != nullptr; }
  // The explanation of the entry, where it is wanted and there is one: each line behind a mark.
  void append(const EntryView& entry, std::string& out);

  // Where the catalog says that more is to be read; "" for nowhere. Valid until the next call.
  [[nodiscard]] std::string_view documentation_of(const EntryView& entry);

 private:
  [[nodiscard]] bool read(const EntryView& entry);

  FormatOptions options_;
  std::string text_;  // scratch
};

}  // namespace logq::query
