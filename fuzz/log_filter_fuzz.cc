// A unit's filter patterns and a message, of any bytes: the first line is the message, the rest the
// attribute in which systemd keeps the patterns.
#include <string>
#include <string_view>

#include "collect/log_filter.h"
#include "require.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using logq::fuzz::require;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::size_t end = bytes.find('\n');
  const std::string_view message = bytes.substr(0, end);
  logq::collect::LogFilter filter;
  require(filter.keeps(7, message));
  filter.set_patterns(end == std::string_view::npos ? "" : bytes.substr(end + 1));
  (void)filter.keeps(6, message);
  require(filter.keeps(6, ""));
  filter.set_level_max(3);
  require(!filter.keeps(4, ""));
  require(filter.keeps(3, ""));
  filter.set_patterns("");
  require(filter.keeps(3, message));
  return 0;
}
