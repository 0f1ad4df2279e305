#include "logq/source/damage_report.h"

#include <grp.h>
#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "base/sigbus_guard.h"
#include "common/exit_status.h"
#include "common/run.h"

namespace logq::cli {
namespace {

bool is_denial(const Error& error) {
  return error.code == Errc::kSystem && (error.sys_errno == EACCES || error.sys_errno == EPERM);
}

// The group of a file that cannot be opened; "" when not even that is to be learnt.
std::string group_of(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) < 0 || (status.st_mode & S_IRGRP) == 0) return "";
  const struct group* const found = ::getgrgid(status.st_gid);
  return found != nullptr ? found->gr_name : "";
}

bool has_lost_a_page(const std::string& path) {
  std::error_code error;
  return base::missing_pages() > 0 &&
         std::filesystem::equivalent(path, base::file_of_missing_page(), error);
}

}  // namespace

journal::DamageCallback DamageReport::callback(const std::shared_ptr<DamageReport>& report) {
  return [report](const std::string& path, const Error& error) { report->add(path, error); };
}

void DamageReport::add(const std::string& path, const Error& error) {
  if (!paths_.insert(path).second) return;
  any_truncated_ = any_truncated_ || error.code == Errc::kTruncated;
  if (has_lost_a_page(path)) {
    if (first_line_.empty()) first_line_ = missing_page_line();
    return;
  }
  std::string line = describe(path, error);
  if (is_denial(error)) {
    ++n_denied_;
    denied_path_ = path;
    if (first_line_.empty()) first_line_ = line;
    if (released_ && !quiet_ && n_denied_ == 1) print_error_line(denial_hint("some"));
    return;
  }
  if (released_) {
    print_error_line(line);
    return;
  }
  if (first_line_.empty()) first_line_ = line;
  held_lines_.push_back(std::move(line));
}

void DamageReport::release(bool quiet) {
  released_ = true;
  quiet_ = quiet;
  for (const std::string& line : held_lines_)
    print_error_line(line);
  held_lines_.clear();
  if (n_denied_ == 0 || quiet) return;
  print_error_line(denial_hint(std::to_string(n_denied_)));
}

std::string DamageReport::denial_hint(const std::string& how_many) const {
  return "hint: not all messages are shown: " + how_many + " journal files may not be read; " +
         permission_hint() + " (-q turns off this notice)";
}

std::string DamageReport::permission_hint() const {
  const std::string group = group_of(denied_path_);
  if (group.empty()) return "run as root to see all messages";
  return "users in group '" + group + "' can see all messages";
}

std::string missing_page_line() {
  const std::string path = base::file_of_missing_page();
  return (path.empty() ? "a journal file" : path) +
         ": part of the file cannot be read: it shrank meanwhile, or its disk fails";
}

}  // namespace logq::cli
