#include "query/output_format.h"

#include "query/cat_format.h"
#include "query/export_format.h"
#include "query/json_format.h"
#include "query/short_format.h"
#include "query/verbose_format.h"

namespace logq::query {

std::unique_ptr<OutputFormat> make_output_format(OutputMode mode, const FormatOptions& options) {
  switch (mode) {
    case OutputMode::kCat:
      return std::make_unique<CatFormat>(options);
    case OutputMode::kVerbose:
      return std::make_unique<VerboseFormat>(options);
    case OutputMode::kExport:
      return std::make_unique<ExportFormat>(options);
    case OutputMode::kJson:
    case OutputMode::kJsonPretty:
    case OutputMode::kJsonSse:
    case OutputMode::kJsonSeq:
      return std::make_unique<JsonFormat>(mode, options);
    default:
      return std::make_unique<ShortFormat>(mode, options);
  }
}

}  // namespace logq::query
