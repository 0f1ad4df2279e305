#include "logq/pages/written_page.h"

#include <algorithm>

namespace logq::cli {

std::string fill_mark(std::string_view text, std::string_view mark, std::string_view lines) {
  std::string filled;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    const std::size_t length = std::min(line.size() + 1, text.size());
    filled += line == mark ? lines : text.substr(0, length);
    text.remove_prefix(length);
  }
  return filled;
}

std::string replace_all(std::string_view text, std::string_view from, std::string_view to) {
  std::string replaced;
  for (;;) {
    const std::size_t found = text.find(from);
    replaced += text.substr(0, found);
    if (found == std::string_view::npos) return replaced;
    replaced += to;
    text.remove_prefix(found + from.size());
  }
}

}  // namespace logq::cli
