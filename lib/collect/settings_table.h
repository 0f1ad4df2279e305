// The keys of journald.conf and logqd.conf and what they do to the options.
//
// Values mean what they mean to systemd. An empty value restores the default.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "collect/options.h"

namespace logq::collect {

// Applies `key`=`value` of [`section`]. Returns a text for the operator, empty when all is well:
// that the key is unknown, that its value is invalid (nothing has changed then), or that it asks
// for something that logqd does not do.
[[nodiscard]] std::string apply_setting(std::string_view section,
                                        std::string_view key,
                                        std::string_view value,
                                        CollectorOptions& options);

// Every key there is, as "[Section] Key".
[[nodiscard]] std::vector<std::string> known_settings();

}  // namespace logq::collect
