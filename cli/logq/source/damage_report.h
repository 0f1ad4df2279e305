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

  // The first complaint about a file is reported, the others follow from it. None of one that has
  // lost a page: what is wrong with zeros says missing_page_line() better, at the end.
  void add(const std::string& path, const Error& error);
  // Files that may not be read become one line together, which `quiet` leaves out. It is said of
  // the first that is met later where there was none before.
  void release(bool quiet);

  [[nodiscard]] bool empty() const { return paths_.empty(); }
  // Whether a file ends before what its header announces.
  [[nodiscard]] bool any_truncated() const { return any_truncated_; }
  // Whether lack of permission is all that is wrong.
  [[nodiscard]] bool all_denied() const { return !paths_.empty() && n_denied_ == paths_.size(); }
  // Who may read them: "users in group 'systemd-journal' can read all of them". REQUIRES: something
  // was denied.
  [[nodiscard]] std::string permission_hint() const;
  // REQUIRES: something was added before release().
  [[nodiscard]] const std::string& first_line() const { return first_line_; }

 private:
  [[nodiscard]] std::string denial_hint(const std::string& how_many) const;

  bool released_ = false;
  bool quiet_ = false;
  bool any_truncated_ = false;
  std::set<std::string> paths_;
  std::size_t n_denied_ = 0;
  std::string denied_path_;  // one of them
  std::string first_line_;
  std::vector<std::string> held_lines_;
};

// What is wrong with the file that base/sigbus_guard.h has found a page missing from. REQUIRES:
// there is one.
[[nodiscard]] std::string missing_page_line();

}  // namespace logq::cli
