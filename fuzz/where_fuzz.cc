// An expression of --where and payloads for it, of any bytes: the expression is what comes before
// the first NUL, each further NUL ends a payload.
#include <algorithm>
#include <string>
#include <string_view>

#include "query/where.h"
#include "require.h"

namespace {

using logq::fuzz::require;
using namespace logq::query;

// Few steps, so that no pattern takes long on any text.
constexpr WhereContext kContext{1'700'000'000'000'000, 1000};

void check_error(std::string_view text, const WhereError& error) {
  require(error.at <= text.size());
  const std::string words = describe_where_error(text, error);
  require(words.ends_with('^'));
  require(!error.message.empty());
}

// Written out and read again it is the same.
void check_text(const Where& where) {
  const std::string text = where.to_text();
  const auto again = Where::parse(text, kContext);
  require(again.has_value());
  require(again->tree() == where.tree());
  require(again->to_text() == text);
  require(again->leaves().size() == where.leaves().size());
}

void check_payload(Where& where, Where& clone, std::string_view payload) {
  const std::uint64_t leaves = where.leaves_of(payload);
  require(leaves == clone.leaves_of(payload));
  require((leaves & where.entry_leaves()) == 0);
  if (payload.find('=') == std::string_view::npos) require(leaves == 0);
  require(where.holds(leaves) == clone.holds(leaves));
  const auto& all = where.leaves();
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto only = all[i].only_values();
    if ((leaves >> i & 1) == 0 || !only) continue;
    const std::string_view value = payload.substr(all[i].name().size() + 1);
    require(std::find(only->begin(), only->end(), value) != only->end());
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::string_view text = bytes.substr(0, bytes.find('\0'));
  bytes.remove_prefix(text.size());
  auto where = Where::parse(text, kContext);
  if (!where) {
    check_error(text, where.error());
    return 0;
  }
  check_text(*where);
  auto clone = where->clone();
  require(clone.has_value());
  while (!bytes.empty()) {
    bytes.remove_prefix(1);
    const std::string_view payload = bytes.substr(0, bytes.find('\0'));
    check_payload(*where, *clone, payload);
    bytes.remove_prefix(payload.size());
  }
  logq::journal::EntryInfo entry;
  entry.seqnum = size;
  require((where->leaves_of(entry) & ~where->entry_leaves()) == 0);
  return 0;
}
