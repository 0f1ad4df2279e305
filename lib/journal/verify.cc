#include "journal/verify.h"

#include "base/try.h"
#include "journal/file_reader.h"

namespace logq::journal {

Result<VerifyReport> verify_file(const std::string& path, const VerifyProgress& progress) {
  const auto file = LOGQ_TRY(FileReader::open(path));
  VerifyReport report;
  report.n_entries = file->info().n_entries;
  report.sealed = (file->info().compatible_flags & kCompatibleSealed) != 0;
  if (progress) progress(1.0);
  return report;
}

}  // namespace logq::journal
