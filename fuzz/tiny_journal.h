// Tiny journal files of every layout, by our own writer, with small hash tables: most of a usual
// small file is an empty one. For the seeds of the fuzz targets and the damage tests, which try
// every byte.
#pragma once

#include <string>

#include "journal/compression.h"
#include "journal/format.h"

namespace logq::fuzz {

struct TinyShape {
  bool compact = true;
  bool keyed = true;
  bool compress = true;
  journal::Compression compression = journal::Compression::kZstd;
  journal::FileState state = journal::FileState::kOffline;
  // The second and the third have a value that is compressed, the fourth one field twice, the fifth
  // and all that follow are of another boot.
  int entries = 6;
};

// The bytes of one: 1 to 4 KiB. `directory` is where it is made and removed again.
std::string make_tiny_journal(const std::string& directory, const TinyShape& shape);

}  // namespace logq::fuzz
