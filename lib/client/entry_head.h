// EntryHead: what follows the message of an entry and is the same for most calls of a line of
// source: PRIORITY, SYSLOG_IDENTIFIER, CODE_FILE, CODE_LINE, CODE_FUNC and TID.
//
// Each thread keeps the heads of its latest calls, so that they are copied in one piece.
#pragma once

#include <cstdint>
#include <string_view>

#include "client/call.h"

namespace logq::client {

struct EntryHead {
  Priority priority = Priority::kInfo;
  std::string_view identifier;
  std::string_view code_file;
  std::string_view code_function;
  std::uint32_t code_line = 0;
  std::uint64_t thread_id = 0;
};

// In the native protocol. Returns the end; null where there is no room up to `end`.
char* write_head(const EntryHead& head, char* at, const char* end);
// That of a call of this thread, from memory where it is known.
char* write_head(const Call& call, char* at, const char* end) noexcept;

}  // namespace logq::client
