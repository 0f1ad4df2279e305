#include "collect/native_source.h"

#include <sys/stat.h>

#include <utility>

#include "collect/limits.h"

namespace logq::collect {

struct NativeSource::PausedEntries final : DatagramJob::Paused {
  wire::NativeDecoder decoder;
  PassedFile file;
};

NativeSource::NativeSource(const DatagramServices& services)
    : DatagramSource(services),
      intake_(services),
      files_(services) {
  PassedEntries::Hooks hooks;
  hooks.holds_earlier = [this](pid_t sender, std::uint64_t number) {
    return holds_earlier(sender, number);
  };
  hooks.on_done = [this] { note_files(); };
  files_.set_hooks(std::move(hooks));
}

Result<void> NativeSource::start_files(sd_event* event, std::function<void()> on_activity) {
  files_.on_activity(std::move(on_activity));
  return files_.start(event);
}

void NativeSource::finish_received() {
  DatagramSource::finish_received();
  files_.give_up();
  DatagramSource::finish_received();  // what waited for them
}

bool NativeSource::begin(std::string_view bytes, ControlData& control) {
  if (control.descriptors_sent > 0) return begin_file(bytes, control);
  if (bytes.empty()) return false;
  decoder_.start(bytes);
  return true;
}

bool NativeSource::begin_file(std::string_view bytes, ControlData& control) {
  Drops& drops = services().drops;
  if (!bytes.empty() || control.descriptors_sent > 1) {
    drops.add(DropCause::kDescriptorExtra);
    files_.discard(control);
  } else if (control.descriptors.empty()) {
    drops.add(DropCause::kDescriptorLost);
  } else if (is_small_file(control)) {
    return open_file(control);
  } else {
    files_.take(control);
    note_files();
  }
  return false;
}

// Whether it costs no more than a datagram, and no file that came before has to be waited for.
bool NativeSource::is_small_file(const ControlData& control) const {
  if (files_.last_of(control).has_value()) return false;
  const int fd = control.descriptors.front().get();
  struct stat status {};
  return is_sealed_memfd(fd) && ::fstat(fd, &status) == 0 && status.st_size <= kSmallFileBytes;
}

bool NativeSource::open_file(ControlData& control) {
  const bool is_root = control.credentials.has_value() && control.credentials->uid == 0;
  auto file = PassedFile::take(std::move(control.descriptors.front()),
                               is_root ? PassedFile::Sender::kRoot : PassedFile::Sender::kUser);
  if (!file.has_value()) {
    services().drops.add(DropCause::kDescriptorRefused);
    return false;
  }
  file_ = std::move(*file);
  decoder_.start_in_place(file_.bytes());
  return true;
}

// Larger files have users take turns of their own.
DatagramSource::Intake NativeSource::take_in(std::size_t bytes, ControlData& control) {
  const bool has_files = control.descriptors_sent > 0;
  if (!has_files) return bytes > 0 ? Intake::kWaits : Intake::kAtOnce;
  if (bytes > 0 || control.descriptors.size() != 1 || !is_small_file(control)) {
    return Intake::kAtOnce;
  }
  if (waiting().with_descriptors() < kWaitingFilesMax) return Intake::kWaits;
  files_.take(control);
  note_files();
  return Intake::kTaken;
}

std::unique_ptr<DatagramJob::Paused> NativeSource::pause() {
  auto paused = std::make_unique<PausedEntries>();
  paused->decoder = std::move(decoder_);
  paused->file = std::move(file_);
  decoder_ = {};
  file_ = {};
  return paused;
}

void NativeSource::resume(DatagramJob::Paused& paused) {
  auto& entries = dynamic_cast<PausedEntries&>(paused);
  decoder_ = std::move(entries.decoder);
  file_ = std::move(entries.file);
}

// For a successor, before the slot of the datagram is released.
void NativeSource::note_files() {
  if (auto& received = area(); received.has_value()) {
    received->set_files_waiting(files_.waiting());
  }
}

std::optional<std::uint64_t> NativeSource::waits_for(const ControlData& control) const {
  // What comes as a file waits there. Of whom nothing is known nothing is kept in order.
  if (control.descriptors_sent > 0 || !control.credentials.has_value()) return std::nullopt;
  return files_.last_of(control);
}

bool NativeSource::still_waits(const ControlData& control, std::uint64_t number) const {
  return !files_.is_done(control, number);
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
