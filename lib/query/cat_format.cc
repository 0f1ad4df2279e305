#include "query/cat_format.h"

namespace logq::query {

void CatFormat::append(const EntryView& entry, std::string& out) {
  constexpr std::string_view kMessage = "MESSAGE=";
  for (const std::string_view payload : entry.payloads) {
    if (!payload.starts_with(kMessage)) continue;
    out.append(payload.substr(kMessage.size()));
    out.push_back('\n');
    return;
  }
}

}  // namespace logq::query
