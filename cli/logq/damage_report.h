// DamageReport: what could not be read, as one line per file on standard error.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "journal/file_reader.h"

namespace logq::cli {

// Holds its lines until release(), so that a command that fails at once can name the reason in its
// own single line; afterwards prints them as they come. Shared by whoever reports. Not thread-safe.
class DamageReport {
 public:
  static std::shared_ptr<DamageReport> create() { return std::make_shared<DamageReport>(); }

  // What to give to Journal::open_*; keeps the report alive.
  static journal::DamageCallback callback(const std::shared_ptr<DamageReport>& report);

  // The first complaint about a file is reported, the others follow from it.
  void add(const std::string& path, const Error& error);
  void release();

  [[nodiscard]] bool empty() const { return paths_.empty(); }
  // Whether a file ends before what its header announces.
  [[nodiscard]] bool any_truncated() const { return any_truncated_; }
  // REQUIRES: something was added before release().
  [[nodiscard]] const std::string& first_line() const { return first_line_; }

 private:
  bool released_ = false;
  bool any_truncated_ = false;
  std::set<std::string> paths_;
  std::string first_line_;
  std::vector<std::string> held_lines_;
};

}  // namespace logq::cli
