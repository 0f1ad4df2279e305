// NativeSource: the datagram socket of the native protocol (docs/protocols.md, "Native protocol").
// Takes datagrams and descriptor-passed entries apart. Not thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "collect/datagram_source.h"
#include "collect/native_intake.h"
#include "collect/passed_file.h"
#include "wire/native_protocol.h"

namespace logq::collect {

class NativeSource final : public DatagramSource {
 public:
  explicit NativeSource(const DatagramServices& services);

 private:
  bool begin(std::string_view bytes, ControlData& control) override;
  bool next() override { return decoder_.next(); }
  void store(const ControlData& control, ProgressCell progress, std::uint64_t finished) override;
  [[nodiscard]] std::size_t bytes_left() const override { return decoder_.unread_bytes(); }
  void end() override;

  [[nodiscard]] std::optional<std::string_view> contents(std::string_view bytes,
                                                         ControlData& control);

  NativeIntake intake_;
  PassedFile file_;  // holds the bytes of a descriptor-passed entry
  wire::NativeDecoder decoder_;
};

}  // namespace logq::collect
