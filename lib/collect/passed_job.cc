#include "collect/passed_job.h"

#include <utility>

#include "collect/limits.h"

namespace logq::collect {

void PassedJob::advance() {
  advanced_to = opened_ ? State::kReady : open();
  if (advanced_to != State::kReady || !is_large()) return;
  prepared.emplace();
  prepared->prepare(decoder.fields(), key, compress);
}

PassedJob::State PassedJob::open() {
  opened_ = true;
  const bool privileged = control.credentials && control.credentials->uid == 0;
  auto taken = PassedFile::take(std::move(fd),
                                privileged ? PassedFile::Sender::kRoot : PassedFile::Sender::kUser);
  if (!taken.has_value()) return State::kRefused;
  file = std::move(*taken);
  decoder.start_in_place(file.bytes());
  return decoder.next() ? State::kReady : State::kEnd;
}

bool PassedJob::is_large() const {
  return decoder.entry_bytes() >= kPreparedEntryBytes;
}

void PassedJob::move_on() {
  prepared.reset();
  if (!decoder.next()) {
    state = State::kEnd;
  } else {
    state = is_large() ? State::kWaiting : State::kReady;
  }
}

}  // namespace logq::collect
