// What is answered on a control socket beside descriptions (docs/service-control.md): one JSON
// object in a line. Pure.
#pragma once

#include <string>
#include <string_view>

#include "supervise/json_object.h"
#include "supervise/service_state.h"

namespace logq::supervise {

// The order has been obeyed, or has come to another end.
[[nodiscard]] inline std::string control_result(JobResult result = JobResult::kDone) {
  JsonObject object;
  object.add("result", name_of(result));
  return std::move(object).line();
}

// It is not obeyed.
[[nodiscard]] inline std::string control_refusal(std::string_view why) {
  JsonObject object;
  object.add("error", why);
  return std::move(object).line();
}

}  // namespace logq::supervise
