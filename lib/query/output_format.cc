#include "query/output_format.h"

#include "query/cat_format.h"
#include "query/export_format.h"
#include "query/json_format.h"
#include "query/short_format.h"

namespace logq::query {

std::unique_ptr<OutputFormat> make_output_format(OutputMode mode, const FormatOptions& options) {
  switch (mode) {
    case OutputMode::kCat:
      return std::make_unique<CatFormat>();
    case OutputMode::kJson:
    case OutputMode::kJsonPretty:
    case OutputMode::kJsonSse:
    case OutputMode::kJsonSeq:
      return std::make_unique<JsonFormat>(options);
    case OutputMode::kExport:
      return std::make_unique<ExportFormat>();
    default:
      break;
  }
  return std::make_unique<ShortFormat>(options);
}

}  // namespace logq::query
