#include "query/output_format.h"

#include "query/cat_format.h"
#include "query/export_format.h"
#include "query/json_format.h"
#include "query/short_format.h"

namespace logq::query {

std::optional<OutputMode> parse_output_mode(std::string_view name) {
  if (name == "short") return OutputMode::kShort;
  if (name == "cat") return OutputMode::kCat;
  if (name == "json") return OutputMode::kJson;
  if (name == "export") return OutputMode::kExport;
  return std::nullopt;
}

bool is_machine_readable(OutputMode mode) {
  return mode != OutputMode::kShort;
}

std::unique_ptr<OutputFormat> make_output_format(OutputMode mode, const FormatOptions& options) {
  switch (mode) {
    case OutputMode::kCat:
      return std::make_unique<CatFormat>();
    case OutputMode::kJson:
      return std::make_unique<JsonFormat>(options);
    case OutputMode::kExport:
      return std::make_unique<ExportFormat>();
    case OutputMode::kShort:
      break;
  }
  return std::make_unique<ShortFormat>(options);
}

}  // namespace logq::query
