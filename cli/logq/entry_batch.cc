#include "logq/entry_batch.h"

namespace logq::cli {

void EntryBatch::clear() {
  epoch = 0;
  entries.clear();
  remarks.clear();
  n_done = 0;
  text.clear();
  hits.clear();
  damage.clear();
}

}  // namespace logq::cli
