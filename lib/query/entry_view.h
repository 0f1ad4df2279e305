// EntryView: one entry as the output formats see it, independent of where it was read.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "journal/file_reader.h"
#include "logq/id128.h"
#include "query/text_span.h"

namespace logq::query {

// Views only; valid as long as whatever they were taken from (until the next step of a Journal).
struct EntryView {
  journal::EntryInfo info;
  Id128 seqnum_id;
  std::span<const std::string_view> payloads;  // "NAME=value", in stored order
  // Bytes of the value of MESSAGE to mark when there are colours: what a search has found.
  std::optional<TextSpan> highlight = std::nullopt;
};

// Appends the cursor of the entry, as journal::Cursor::to_string() would write it.
void append_cursor(const EntryView& entry, std::string& out);

}  // namespace logq::query
