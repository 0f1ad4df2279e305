// Whether what the index of a file says of its entries is all there is to say.
#pragma once

#include "journal/file_reader.h"

namespace logq::journal {

// Each value is linked to all its entries, and the reader has seen all of them: the file is
// archived, or whoever writes it has finished and synced what he began, and has added nothing since
// the reader looked. Who relies on it asks again afterwards: a writer may have gone on meanwhile.
[[nodiscard]] bool is_settled(const FileReader& file);

}  // namespace logq::journal
