// EntryView: one entry as the output formats see it, independent of where it was read.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "journal/file_reader.h"
#include "logq/id128.h"

namespace logq::query {

// Views only; valid as long as whatever they were taken from (until the next step of a Journal).
struct EntryView {
  journal::EntryInfo info;
  Id128 seqnum_id;
  std::span<const std::string_view> payloads;  // "NAME=value", in stored order
};

// Appends the cursor of the entry, as journal::Cursor::to_string() would write it.
void append_cursor(const EntryView& entry, std::string& out);

}  // namespace logq::query
