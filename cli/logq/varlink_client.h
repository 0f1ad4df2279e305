// One call to a Varlink service without parameters and without a result: how a stock journald is
// asked for its deeds (https://varlink.org; docs/protocols.md, "Control").
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "logq/result.h"

namespace logq::cli {

// What a reply says: nothing when the call was carried out, else the name of the error, such as
// "io.systemd.Journal.NotSupportedByNamespaces". kCorrupt when it is no reply to a call.
Result<std::optional<std::string>> parse_varlink_reply(std::string_view reply);

// Calls and waits for the reply. Errors: kSystem (nobody there, no permission), kBusy (no reply in
// time), kClosed (the service hung up), kTooLarge, kCorrupt. Otherwise as parse_varlink_reply().
Result<std::optional<std::string>> call_varlink(const std::string& socket_path,
                                                std::string_view method,
                                                std::uint64_t timeout_usec);

}  // namespace logq::cli
