#include "supervise/sent_bytes.h"

#include <algorithm>
#include <utility>

namespace logq::supervise {
namespace {

// Collectors cut lines that are longer than this (48 KiB by default).
constexpr std::size_t kLongestRepeat = std::size_t{64} * 1024;

}  // namespace

void SentBytes::confirm(std::size_t unread_bytes) {
  const std::size_t size = kept().size();
  std::size_t read = size - std::min(size, unread_bytes);
  if (read == 0) return;
  const std::size_t newline = kept().rfind('\n', read - 1);
  const std::size_t line = newline == std::string_view::npos ? 0 : newline + 1;
  if (read - line <= kLongestRepeat) read = line;
  begin_ += read;
  // Moving what is left costs no more than what has gone.
  if (begin_ < bytes_.size() - begin_) return;
  bytes_.erase(0, begin_);
  begin_ = 0;
}

std::string SentBytes::take() {
  bytes_.erase(0, begin_);
  begin_ = 0;
  return std::exchange(bytes_, {});
}

}  // namespace logq::supervise
