// A journal file of any bytes through verify: it ends, says the same each time, and its counts fit
// into the file.
#include "journal/format.h"
#include "journal/verify.h"
#include "memory_file.h"
#include "require.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using logq::fuzz::require;
  static logq::fuzz::MemoryFile file;
  file.set(data, size);
  double done = 0;
  const auto first = logq::journal::verify_file(file.path(), [&done](double fraction) {
    require(fraction >= done && fraction <= 1.0);
    done = fraction;
  });
  const auto second = logq::journal::verify_file(file.path());
  require(first.has_value() == second.has_value());
  if (!first) return 0;
  require(done == 1.0);
  require(first->failure.has_value() == second->failure.has_value());
  if (first->failure) {
    require(first->failure->what == second->failure->what);
    require(first->failure->offset == second->failure->offset);
    require(!first->failure->what.empty());
  }
  require(!first->changed);
  require(first->n_objects <= size / sizeof(logq::journal::ObjectHeader));
  require(first->n_entries <= size / sizeof(logq::journal::EntryObject));
  return 0;
}
