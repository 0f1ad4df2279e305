#include "query/id_selector.h"

#include <cstdint>
#include <utility>

#include "base/try.h"
#include "wire/loose_integer.h"

namespace logq::query {
namespace {

constexpr std::size_t kIdLength = 32;

Error no_selector() {
  return Error::make(Errc::kInvalidArgument, "neither an id nor an offset");
}

Result<int> parse_offset(std::string_view text) {
  const std::optional<long> offset = wire::parse_loose_integer(text);
  if (!offset || !std::in_range<int>(*offset)) return fail(no_selector());
  return static_cast<int>(*offset);
}

}  // namespace

Result<IdSelector> parse_id_selector(std::string_view text) {
  IdSelector selector;
  if (text == "all") {
    selector.all = true;
    return selector;
  }
  if (text.empty()) return selector;
  if (text.size() >= kIdLength) {
    selector.id = Id128::parse(text.substr(0, kIdLength));
    if (!selector.id) return fail(no_selector());
    text.remove_prefix(kIdLength);
    if (text.empty()) return selector;
    if (text[0] != '+' && text[0] != '-') return fail(no_selector());
  }
  selector.offset = LOGQ_TRY(parse_offset(text));
  return selector;
}

std::optional<std::size_t> selected_index(const IdSelector& selector,
                                          std::size_t at,
                                          std::size_t count) {
  // Without an id the oldest is 1 and the newest 0, as if the list went round.
  std::int64_t start = 0;
  if (selector.id) {
    start = static_cast<std::int64_t>(at);
  } else {
    start = selector.offset > 0 ? -1 : static_cast<std::int64_t>(count) - 1;
  }
  const std::int64_t index = start + selector.offset;
  if (index < 0 || index >= static_cast<std::int64_t>(count)) return std::nullopt;
  return static_cast<std::size_t>(index);
}

}  // namespace logq::query
