#include "logq/options/option_table.h"

namespace logq::cli {

std::vector<OptionRow> option_rows() {
  std::vector<OptionRow> rows;
  for (const std::span<const OptionRow> part :
       {source_option_rows(), filter_option_rows(), aggregate_option_rows(), output_option_rows(),
        command_option_rows()}) {
    rows.insert(rows.end(), part.begin(), part.end());
  }
  return rows;
}

}  // namespace logq::cli
