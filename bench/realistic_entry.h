// One entry as a collector stores it: 15 payloads that repeat and 3 that are unique, rebuilt in
// place so that only the unique values change. Views are valid until the next number().
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace logq::bench {

class RealisticEntry {
 public:
  const std::vector<std::string_view>& number(int i) {
    const std::string n = std::to_string(i);
    unique_ = {"MESSAGE=GET /api/v1/orders/" + n + " took " + std::to_string(i % 977) + " ms",
               "REQUEST_ID=req-" + n,
               "_SOURCE_REALTIME_TIMESTAMP=" + std::to_string(1'700'000'000'000'000 + i)};
    payloads_.assign(kRepeated.begin(), kRepeated.end());
    payloads_.insert(payloads_.end(), unique_.begin(), unique_.end());
    return payloads_;
  }

 private:
  static constexpr std::array<std::string_view, 15> kRepeated = {
      "PRIORITY=6",
      "SYSLOG_IDENTIFIER=orders",
      "CODE_FILE=orders.cc",
      "CODE_LINE=117",
      "CODE_FUNC=handle_request",
      "_PID=4711",
      "_UID=1000",
      "_GID=1000",
      "_COMM=orders",
      "_EXE=/usr/bin/orders",
      "_CMDLINE=/usr/bin/orders --port 80",
      "_SYSTEMD_UNIT=orders.service",
      "_HOSTNAME=bench",
      "_TRANSPORT=journal",
      "_BOOT_ID=0123456789abcdef0123456789abcdef"};
  std::array<std::string, 3> unique_;
  std::vector<std::string_view> payloads_;
};

}  // namespace logq::bench
