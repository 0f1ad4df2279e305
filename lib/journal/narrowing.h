// Narrowing: what is known of a file beside its index, to spare a look at most of its entries.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "journal/file_reader.h"

namespace logq::journal {

// Of a file, the entries among which those wanted are, ascending by offset; nothing: any of them.
using Narrowing = std::function<std::optional<std::vector<FileOffset>>(FileReader& file)>;

}  // namespace logq::journal
