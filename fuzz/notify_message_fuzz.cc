// A datagram of any bytes to a notify socket: it is refused as a whole, or what it says lies within
// it and has the shape promised.
#include <string_view>

#include "require.h"
#include "wire/notify_message.h"
#include "wire/utf8.h"

namespace {

using logq::fuzz::require;

void require_within(std::string_view part, std::string_view datagram) {
  require(part.empty() || (part.data() >= datagram.data() &&
                           part.data() + part.size() <= datagram.data() + datagram.size()));
  require(part.find_first_of(std::string_view("\n\r\0", 3)) == std::string_view::npos);
}

void check(const logq::wire::NotifyMessage& message, std::string_view datagram) {
  require(!message.main_pid || *message.main_pid > 0);
  require(!message.exit_status || (*message.exit_status >= 0 && *message.exit_status <= 255));
  require(!message.sys_errno || *message.sys_errno >= 0);
  for (const auto& text : {message.status, message.bus_error, message.varlink_error}) {
    if (text) require_within(*text, datagram);
  }
  require(!message.status || logq::wire::is_valid_utf8(*message.status));
  for (const std::string_view name : message.descriptor_names) {
    require_within(name, datagram);
    require(name.size() <= 255 && name.find(':') == std::string_view::npos);
  }
  require(!message.remove_descriptors || !message.descriptor_names.empty());
  require(!message.is_barrier || (!message.state && !message.status && !message.main_pid));
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view datagram(reinterpret_cast<const char*>(data), size);
  for (const std::size_t descriptors : {0U, 1U, 2U}) {
    const auto message = logq::wire::parse_notify_message(datagram, descriptors);
    require(message || !message.error().what.empty());
    if (message) check(*message, datagram);
    if (message && message->is_barrier) require(descriptors == 1);
  }
  return 0;
}
