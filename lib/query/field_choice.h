// FieldChoice: the fields that --output-fields asks for.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace logq::query {

class FieldChoice {
 public:
  // No names: every field.
  explicit FieldChoice(std::vector<std::string> names) : names_(std::move(names)) {}

  [[nodiscard]] bool includes(std::string_view name) const {
    return names_.empty() || std::find(names_.begin(), names_.end(), name) != names_.end();
  }

 private:
  std::vector<std::string> names_;
};

}  // namespace logq::query
