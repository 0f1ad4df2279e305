// JsonObject: an object that is written one member after the other. Not thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "wire/json.h"

namespace logq::supervise {

class JsonObject {
 public:
  void add(std::string_view name, std::string_view text) {
    wire::encode_json_value(text, begin(name));
  }
  void add(std::string_view name, std::uint64_t number) { begin(name) += std::to_string(number); }
  void add_flag(std::string_view name, bool is_set) { begin(name) += is_set ? "true" : "false"; }
  // A value that is JSON already.
  void add_json(std::string_view name, std::string_view value) { begin(name) += value; }

  [[nodiscard]] std::string text() && { return std::move(text_) + "}"; }
  [[nodiscard]] std::string line() && { return std::move(text_) + "}\n"; }

 private:
  std::string& begin(std::string_view name) {
    text_ += text_.empty() ? '{' : ',';
    wire::encode_json_string(name, text_);
    text_ += ':';
    return text_;
  }

  std::string text_;
};

}  // namespace logq::supervise
