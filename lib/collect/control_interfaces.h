// The interfaces of the control socket in Varlink's own language, as
// org.varlink.service.GetInterfaceDescription gives them out.
#pragma once

#include <span>
#include <string_view>

namespace logq::collect {

struct ControlInterface {
  std::string_view name;
  std::string_view description;
};

[[nodiscard]] std::span<const ControlInterface> control_interfaces();

}  // namespace logq::collect
