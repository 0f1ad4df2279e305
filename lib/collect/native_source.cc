#include "collect/native_source.h"

namespace logq::collect {

NativeSource::NativeSource(const DatagramServices& services)
    : DatagramSource(services),
      intake_(services) {}

bool NativeSource::begin(std::string_view bytes, ControlData& control) {
  const auto text = contents(bytes, control);
  if (!text.has_value()) return false;
  decoder_.start(*text);
  return true;
}

// The bytes of the entries: the datagram itself or the file it carries.
std::optional<std::string_view> NativeSource::contents(std::string_view bytes,
                                                       ControlData& control) {
  Drops& drops = services().drops;
  if (control.descriptors_sent == 0) {
    if (bytes.empty()) return std::nullopt;
    return bytes;
  }
  if (!bytes.empty() || control.descriptors_sent > 1) {
    drops.add(DropCause::kDescriptorExtra);
    return std::nullopt;
  }
  if (control.descriptors.empty()) {
    drops.add(DropCause::kDescriptorLost);
    return std::nullopt;
  }
  const bool privileged = control.credentials && control.credentials->uid == 0;
  auto file = PassedFile::take(std::move(control.descriptors.front()),
                               privileged ? PassedFile::Sender::kRoot : PassedFile::Sender::kUser);
  if (!file.has_value()) {
    drops.add(DropCause::kDescriptorRefused);
    return std::nullopt;
  }
  file_ = std::move(*file);
  return file_.bytes();
}

void NativeSource::store(const ControlData& control,
                         ProgressCell progress,
                         std::uint64_t finished) {
  const auto lifetime = file_.bytes().empty() ? NativeIntake::Lifetime::kUntilFlushed
                                              : NativeIntake::Lifetime::kUntilNext;
  intake_.store(decoder_, control, lifetime, progress, finished);
}

void NativeSource::end() {
  if (const std::uint64_t dropped = decoder_.dropped_entries(); dropped > 0) {
    services().drops.add(DropCause::kEntryOverLimit, dropped);
  }
  decoder_.start({});
  file_ = {};
}

}  // namespace logq::collect
