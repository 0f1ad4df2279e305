// What logq-svc prints about a service.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "wire/json_view.h"

namespace logq::cli {

// What its supervisor says of a service. Views point into its text.
class SvcStatus {
 public:
  static std::optional<SvcStatus> parse(const std::string& reply);

  [[nodiscard]] std::string text(const char* name) const;  // "" where there is none
  [[nodiscard]] std::uint64_t number(const char* name) const;
  [[nodiscard]] bool flag(const char* name) const;
  [[nodiscard]] bool has(const char* name) const { return object_.member(name).has_value(); }

  [[nodiscard]] bool is_running() const;
  // Of a tree its children that are named, each as "web@7.service running".
  [[nodiscard]] std::vector<std::string> children() const;
  // What logq-run would exit with now.
  [[nodiscard]] int exit_status() const;

 private:
  explicit SvcStatus(const wire::JsonView& object) : object_(object) {}

  wire::JsonView object_;
};

// The way systemctl tells it, several lines. `now_usec`: realtime.
std::string status_page(const SvcStatus& status, std::uint64_t now_usec);
// One line of a list.
std::string status_line(const SvcStatus& status, std::uint64_t now_usec);
// What has become of it, one line for `logq-svc wait`.
std::string end_line(const SvcStatus& status);

}  // namespace logq::cli
