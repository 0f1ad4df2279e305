// Walks all fields of an entry in the one order every format uses: the logger's own, its context,
// the thread's (latest first), the call's. Bad names come out repaired.
#pragma once

#include "logq/transport.h"

namespace logq::client {

template <typename Function>
void visit_field(const Field& field, Function& function) {
  if (field.name.is_good()) [[likely]] {
    function(field.name.text(), field.value);
  } else {
    const std::string name = repaired_field_name(field.name.text());
    function(std::string_view(name), field.value);
  }
}

// What the application gave: everything but the logger's own fields. function(name, value).
template <typename Function>
void for_each_given_field(const Entry& entry, Function&& function) {
  for (const Field& field : entry.context)
    visit_field(field, function);
  for (const ThreadField* node = entry.thread_fields; node != nullptr; node = node->outer()) {
    visit_field(node->field(), function);
  }
  for (const Field& field : entry.fields)
    visit_field(field, function);
}

template <typename Function>
void for_each_field(const Entry& entry, Function&& function) {
  function(std::string_view("MESSAGE"), Value(entry.message));
  function(std::string_view("PRIORITY"), Value(static_cast<unsigned>(entry.priority)));
  if (!entry.identifier.empty()) {
    function(std::string_view("SYSLOG_IDENTIFIER"), Value(entry.identifier));
  }
  if (!entry.code_file.empty()) {
    function(std::string_view("CODE_FILE"), Value(entry.code_file));
    function(std::string_view("CODE_LINE"), Value(entry.code_line));
  }
  if (!entry.code_function.empty()) {
    function(std::string_view("CODE_FUNC"), Value(entry.code_function));
  }
  if (entry.thread_id != 0) function(std::string_view("TID"), Value(entry.thread_id));
  if (entry.realtime_usec != 0) {
    function(std::string_view("SOURCE_REALTIME_TIMESTAMP"), Value(entry.realtime_usec));
  }
  for_each_given_field(entry, function);
}

}  // namespace logq::client
