#include "logq/damage_report.h"

#include "common/exit_status.h"
#include "common/run.h"

namespace logq::cli {

journal::DamageCallback DamageReport::callback(const std::shared_ptr<DamageReport>& report) {
  return [report](const std::string& path, const Error& error) { report->add(path, error); };
}

void DamageReport::add(const std::string& path, const Error& error) {
  if (!paths_.insert(path).second) return;
  any_truncated_ = any_truncated_ || error.code == Errc::kTruncated;
  std::string line = describe(path, error);
  if (released_) {
    print_error_line(line);
    return;
  }
  if (held_lines_.empty()) first_line_ = line;
  held_lines_.push_back(std::move(line));
}

void DamageReport::release() {
  released_ = true;
  for (const std::string& line : held_lines_)
    print_error_line(line);
  held_lines_.clear();
}

}  // namespace logq::cli
