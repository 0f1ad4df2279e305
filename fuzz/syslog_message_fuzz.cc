// A syslog datagram of any bytes: every part lies within it, in order, and has the shape promised.
#include <string_view>

#include "require.h"
#include "wire/syslog_message.h"

namespace {

using logq::fuzz::require;

// Where a part begins, counted from the front of the datagram.
std::size_t place_of(std::string_view part, std::string_view datagram) {
  const auto at = static_cast<std::size_t>(part.data() - datagram.data());
  require(at <= datagram.size() && part.size() <= datagram.size() - at);
  return at;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view datagram(reinterpret_cast<const char*>(data), size);
  const logq::wire::SyslogMessage message = logq::wire::parse_syslog_message(datagram);
  require(message.priority >= 0 && message.priority <= 999);
  require(message.level() + message.facility() * 8 == message.priority);
  require(message.timestamp.empty() || message.timestamp.size() == 16);
  require(message.keep_raw || !message.timestamp.empty());
  require(message.identifier.has_value() || !message.pid.has_value());
  require(message.text.find('\0') == std::string_view::npos);
  std::size_t at = 0;
  if (!message.timestamp.empty()) at = place_of(message.timestamp, datagram) + 16;
  if (message.identifier.has_value()) {
    require(message.identifier->empty() || place_of(*message.identifier, datagram) >= at);
  }
  require(message.text.empty() || place_of(message.text, datagram) >= at);
  return 0;
}
