#include "logq/search/entry_batch.h"

namespace logq::cli {

namespace {

// What a large entry has made of a text is given back.
constexpr std::size_t kKeptTextBytes = std::size_t{2} << 20;

}  // namespace

void EntryBatch::clear() {
  epoch = 0;
  entries.clear();
  remarks.clear();
  n_done = 0;
  text.clear();
  if (text.capacity() > kKeptTextBytes) std::string().swap(text);
  hits.clear();
  bystanders.clear();
  damage.clear();
}

}  // namespace logq::cli
