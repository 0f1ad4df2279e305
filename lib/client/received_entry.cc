#include "client/received_entry.h"

#include <charconv>

namespace logq::client {
namespace {

template <typename T>
T number_of(std::string_view text) {
  T number{};
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

const Entry& ReceivedEntry::read(std::string_view bytes) {
  entry_ = {};
  fields_.clear();
  decoder_.start(bytes);
  if (!decoder_.next()) return entry_;
  for (const std::string_view payload : decoder_.fields()) {
    const std::size_t equals = payload.find('=');
    take(payload.substr(0, equals), payload.substr(equals + 1));
  }
  entry_.fields = fields_;
  return entry_;
}

void ReceivedEntry::take(std::string_view name, std::string_view value) {
  if (name == "MESSAGE") {
    entry_.message = value;
  } else if (name == "PRIORITY") {
    entry_.priority = static_cast<Priority>(number_of<std::uint8_t>(value) & 7U);
  } else if (name == "SYSLOG_IDENTIFIER") {
    entry_.identifier = value;
  } else if (name == "CODE_FILE") {
    entry_.code_file = value;
  } else if (name == "CODE_FUNC") {
    entry_.code_function = value;
  } else if (name == "CODE_LINE") {
    entry_.code_line = number_of<std::uint32_t>(value);
  } else if (name == "TID") {
    entry_.thread_id = number_of<std::uint64_t>(value);
  } else if (name == "SOURCE_REALTIME_TIMESTAMP") {
    entry_.realtime_usec = number_of<std::uint64_t>(value);
  } else {
    fields_.push_back(runtime_field(name, value));
  }
}

}  // namespace logq::client
