// Call: what Logger::log was given and knows by itself. Views, valid for the duration of the call.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "logq/logger.h"

namespace logq::client {

struct Call {
  Priority priority;
  const Message& message;
  std::uint64_t logger;           // a number that no other logger of the process has had
  const std::string& identifier;  // of that logger, never changed
  std::uint64_t thread_id;
  std::span<const Field> context;
  std::span<const Field> fields;
  const ThreadField* thread_fields;

  [[nodiscard]] Entry entry() const {
    Entry entry;
    entry.priority = priority;
    entry.message = message.text;
    entry.identifier = identifier;
    entry.code_file = message.location.file_name();
    entry.code_function = message.location.function_name();
    entry.code_line = message.location.line();
    entry.thread_id = thread_id;
    entry.context = context;
    entry.fields = fields;
    entry.thread_fields = thread_fields;
    return entry;
  }
};

}  // namespace logq::client
