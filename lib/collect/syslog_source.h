// SyslogSource: the datagram socket that syslog(3) writes to (docs/protocols.md, "Syslog"). Each
// datagram is one entry. Not thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "collect/datagram_source.h"
#include "wire/syslog_message.h"

namespace logq::collect {

class SyslogSource final : public DatagramSource {
 public:
  using DatagramSource::DatagramSource;

 private:
  bool begin(std::string_view bytes, ControlData& control) override;
  bool next() override;
  void store(const ControlData& control, ProgressCell progress, std::uint64_t finished) override;
  [[nodiscard]] std::size_t bytes_left() const override { return taken_ ? 0 : datagram_.size(); }

  void compose();
  void forward(const ControlData& control, const IngestEntry& entry);

  std::string_view datagram_;
  bool taken_ = false;  // its only entry was handed out
  wire::SyslogMessage message_;
  std::vector<std::string> payloads_;  // reused, so that a message allocates little
  std::vector<std::string_view> fields_;
};

}  // namespace logq::collect
