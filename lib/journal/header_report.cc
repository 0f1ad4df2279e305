#include "journal/header_report.h"

#include "base/try.h"
#include "journal/file_header.h"

namespace logq::journal {

Result<std::string> describe_header(const std::string& path) {
  const Header header = LOGQ_TRY(read_file_header(path));
  std::string text = "File path: " + path + "\n";
  text += "Entry objects: " + std::to_string(header.n_entries) + "\n";
  return text;
}

}  // namespace logq::journal
