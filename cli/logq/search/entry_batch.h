// EntryBatch: some entries that are searched and formatted together, on one thread, and what came
// of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "journal/file_reader.h"
#include "logq/result.h"
#include "query/text_span.h"

namespace logq::cli {

class FileValues;

struct EntryBatch {
  struct Entry {
    journal::FileReader* file = nullptr;
    journal::EntryInfo info;
    const FileValues* values = nullptr;  // of the file, where they are known beforehand
  };
  // Text that goes before an entry, whether or not that is shown itself.
  struct Remark {
    std::size_t before = 0;  // index of the entry
    std::string text;
  };
  // An entry that was found; one that its format cannot show, or that is left out, counts too.
  struct Hit {
    std::size_t entry = 0;     // index
    std::size_t text_end = 0;  // offset in `text`, behind what it made
    std::optional<query::TextSpan> highlight = std::nullopt;
  };
  struct Damage {
    journal::FileReader* file = nullptr;
    Error error;
  };

  std::uint64_t epoch = 0;  // files of batches of one epoch stay open
  std::vector<Entry> entries;
  std::vector<Remark> remarks;  // in order

  // So many of the entries were dealt with; fewer than all when `text` became large before, and
  // then the rest waits until the text has been written.
  std::size_t n_done = 0;
  std::string text;
  std::vector<Hit> hits;
  // Where what was found is shown among others: the entries, by index, that may be shown beside
  // it. `text` stays empty then.
  std::vector<std::size_t> bystanders;
  std::vector<Damage> damage;

  void clear();
};

}  // namespace logq::cli
