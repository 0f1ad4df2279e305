// Times, spans and sizes of any spelling. A time means the same each time it is read; what is
// printed is read back as it was.
#include <stdlib.h>

#include <string>
#include <string_view>

#include "base/quantity.h"
#include "base/timestamp.h"
#include "require.h"

namespace {

using logq::fuzz::require;
using namespace logq::base;

constexpr std::uint64_t kNow = 1'795'244'871'316'270;

void check_timestamp(std::string_view text) {
  const auto first = parse_timestamp(text, kNow);
  const auto second = parse_timestamp(text, kNow);
  require(first.has_value() == second.has_value());
  require(::getenv("TZ") != nullptr && std::string_view(::getenv("TZ")) == "Europe/Berlin");
  if (!first) return;
  require(*first == *second);
  if (*first == kInfiniteUsec) return;
  const std::string printed = "@" + format_time_span(*first);
  const auto again = parse_timestamp(printed, kNow);
  require(again.has_value() && *again == *first);
}

void check_span(std::string_view text) {
  const auto usec = parse_time_span(text);
  if (usec) require(parse_time_span(format_time_span(*usec)) == usec);
}

void check_size(std::string_view text) {
  const auto bytes = parse_size(text);
  if (!bytes) return;
  require(parse_size(std::to_string(*bytes)) == bytes);
  const auto rounded = parse_size(format_size(*bytes));
  require(!rounded || *rounded <= *bytes);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  ::setenv("TZ", "Europe/Berlin", 1);
  check_timestamp(text);
  check_span(text);
  check_size(text);
  return 0;
}
