// NativeSource: the datagram socket of the native protocol (docs/protocols.md, "Native protocol").
// Takes datagrams apart, and small files as if they were some. Hands on what else comes as a file
// (passed_entries.h): what its sender sends after it waits until it is stored. Not thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "collect/datagram_source.h"
#include "collect/native_intake.h"
#include "collect/passed_entries.h"
#include "collect/passed_file.h"
#include "wire/native_protocol.h"

namespace logq::collect {

class NativeSource final : public DatagramSource {
 public:
  explicit NativeSource(const DatagramServices& services);

  // `event` must outlive this object. `on_activity` is called after each piece of work for files;
  // then has_released() may have become true.
  Result<void> start_files(sd_event* event, std::function<void()> on_activity);
  [[nodiscard]] PassedEntries& files() { return files_; }
  // Files that are not stored by then are dropped.
  void finish_received() override;

 private:
  [[nodiscard]] std::optional<std::uint64_t> waits_for(const ControlData& control) const override;
  [[nodiscard]] bool still_waits(const ControlData& control, std::uint64_t number) const override;
  bool begin(std::string_view bytes, ControlData& control) override;
  bool next() override { return decoder_.next(); }
  void store(const ControlData& control, ProgressCell progress, std::uint64_t finished) override;
  [[nodiscard]] std::size_t bytes_left() const override { return decoder_.unread_bytes(); }
  [[nodiscard]] std::size_t fields() const override { return decoder_.fields().size(); }
  void end() override;
  [[nodiscard]] std::uint64_t last_to_wait_for() const override { return files_.last(); }
  Intake take_in(std::size_t bytes, ControlData& control) override;
  std::unique_ptr<DatagramJob::Paused> pause() override;
  void resume(DatagramJob::Paused& paused) override;

  struct PausedEntries;
  bool begin_file(std::string_view bytes, ControlData& control);
  [[nodiscard]] bool is_small_file(const ControlData& control) const;
  bool open_file(ControlData& control);
  void note_files();

  NativeIntake intake_;
  PassedEntries files_;
  PassedFile file_;  // a small one that is being taken apart
  wire::NativeDecoder decoder_;
};

}  // namespace logq::collect
