#include "collect/passed_entries.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <limits>
#include <tuple>
#include <utility>

#include "base/try.h"
#include "collect/event_result.h"
#include "collect/limits.h"

namespace logq::collect {
namespace {

constexpr std::uint64_t kLookForLateUsec = 1'000'000;
constexpr std::uint64_t kDrainWaitUsec = 5'000;
constexpr std::size_t kKeysMax = 64;

using State = PassedJob::State;

pid_t sender_of(const ControlData& control) {
  return control.credentials.has_value() ? control.credentials->pid : 0;
}

// Of what others leave.
template <typename T>
bool is_within_share(T own, T others, T most) {
  return own <= (most - std::min(others, most)) / 2;
}

}  // namespace

PassedEntries::PassedEntries(const DatagramServices& services)
    : services_(services),
      intake_(services) {}

PassedEntries::~PassedEntries() {
  sd_event_source_disable_unref(late_);
}

Result<void> PassedEntries::start(sd_event* event) {
  for (Lane* lane : {&sealed_, &other_}) {
    const int fd = lane->thread.done_fd();
    if (fd < 0) return fail(Error::system(EMFILE, "eventfd"));
    LOGQ_TRY(lane->done.start(event, fd, SD_EVENT_PRIORITY_NORMAL, [this, fd] {
      std::uint64_t count = 0;
      std::ignore = ::read(fd, &count, sizeof count);
      work();
    }));
  }
  LOGQ_TRY(more_.start(event, [this] { work(); }));
  LOGQ_TRY(event_result(sd_event_add_time_relative(event, &late_, CLOCK_MONOTONIC, kLookForLateUsec,
                                                   0, &on_late, this),
                        "sd_event_add_time"));
  return event_result(sd_event_source_set_enabled(late_, SD_EVENT_OFF),
                      "sd_event_source_set_enabled");
}

void PassedEntries::take(ControlData& control) {
  const uid_t user = user_of(control);
  base::UniqueFd fd = std::move(control.descriptors.front());
  const bool can_hang = !is_sealed_memfd(fd.get());
  std::uint64_t bytes = kMemfdSizeMaxUnprivileged / 2;
  struct stat status {};
  if (!can_hang && ::fstat(fd.get(), &status) == 0) {
    bytes = static_cast<std::uint64_t>(std::max<off_t>(status.st_size, 0));
  }
  const bool is_huge = user != 0 && bytes > kMemfdSizeMaxUnprivileged;
  if (is_huge || !has_room(user, bytes)) {
    services_.drops.add(is_huge ? DropCause::kDescriptorRefused : DropCause::kDescriptorOverflow);
    other_.thread.dispose(std::make_shared<base::UniqueFd>(std::move(fd)));
    return;
  }
  // Who it is is found out while the sender is there.
  control.process.settle();
  std::ignore = find_sender(services_, control);
  auto job = std::make_shared<PassedJob>();
  job->fd = std::move(fd);
  job->can_hang = can_hang;
  job->bytes = bytes;
  job->arrived_usec = services_.ingest.monotonic_usec();
  job->control = std::move(control);
  add(std::move(job));
}

bool PassedEntries::has_room(uid_t uid, std::uint64_t bytes) const {
  if (count_ >= kPassedFilesMax) return false;
  if (is_trusted(uid)) return true;
  constexpr std::size_t kFilesOfOthers = kPassedFilesMax / 4 * 3;
  const auto found = users_.find(uid);
  const std::size_t files = found == users_.end() ? 0 : found->second.jobs.size();
  const std::uint64_t own = found == users_.end() ? 0 : found->second.bytes;
  return is_within_share(files + 1, count_of_others_ - files, kFilesOfOthers) &&
         is_within_share(own + bytes, bytes_of_others_ - own, kPassedBytesMax);
}

void PassedEntries::add(Job job) {
  const uid_t uid = user_of(job->control);
  job->number = ++last_number_;
  senders_[sender_of(job->control)] = job->number;
  ++count_;
  if (job->can_hang) ++can_hang_;
  if (!is_trusted(uid)) {
    ++count_of_others_;
    bytes_of_others_ += job->bytes;
  }
  User& user = users_[uid];
  if (user.jobs.empty()) turns_.push_back(uid);
  user.bytes += job->bytes;
  user.jobs.push_back(std::move(job));
  feed(sealed_, false);
  feed(other_, true);
  watch_for_late();
}

void PassedEntries::discard(ControlData& control) {
  for (base::UniqueFd& fd : control.descriptors)
    other_.thread.dispose(std::make_shared<base::UniqueFd>(std::move(fd)));
  control.descriptors.clear();
}

std::optional<std::uint64_t> PassedEntries::last_of(const ControlData& sender) const {
  if (count_ == 0) return std::nullopt;
  const auto found = senders_.find(sender_of(sender));
  if (found == senders_.end()) return std::nullopt;
  return found->second;
}

bool PassedEntries::is_done(const ControlData& sender, std::uint64_t number) const {
  const auto found = users_.find(user_of(sender));
  return found == users_.end() || found->second.jobs.front()->number > number;
}

bool PassedEntries::are_done(std::uint64_t number) const {
  return std::ranges::all_of(
      users_, [&](const auto& user) { return user.second.jobs.front()->number > number; });
}

// Once per event: what a thread has done is taken back, what is ready stored, and the threads get
// something to do.
void PassedEntries::work() {
  services_.ingest.refresh_time();
  take_back(sealed_);
  take_back(other_);
  store_some();
  feed(sealed_, false);
  feed(other_, true);
  more_.set(std::ranges::any_of(users_, [](const auto& user) {
    const State state = user.second.jobs.front()->state;
    return state != State::kWaiting && state != State::kAdvancing;
  }));
  if (on_activity_) on_activity_();
}

void PassedEntries::take_back(Lane& lane) {
  if (lane.job == nullptr || lane.thread.is_busy()) return;
  lane.job->state = lane.job->advanced_to;
  lane.job.reset();
}

// One prepared entry at a time, which is what bounds the memory for it.
void PassedEntries::feed(Lane& lane, bool can_hang) {
  if (lane.job != nullptr || lane.thread.is_busy()) return;
  Job next;
  for (const uid_t uid : turns_) {
    const Job& job = users_.at(uid).jobs.front();
    if (job->can_hang != can_hang) continue;
    if (job->state == State::kReady && job->prepared.has_value()) return;
    if (job->state == State::kWaiting && next == nullptr) next = job;
  }
  if (next == nullptr) return;
  const auto key = keys_.find(user_of(next->control));
  if (key != keys_.end()) next->key = key->second;
  using Compress = journal::PreparedValues::Compress;
  next->compress = compresses_ ? Compress::kYes : Compress::kNo;
  next->state = State::kAdvancing;
  lane.job = next;
  lane.since_usec = services_.ingest.monotonic_usec();
  lane.thread.run([next] { next->advance(); });
}

bool PassedEntries::can_store(const PassedJob& job) const {
  if (job.state == State::kWaiting || job.state == State::kAdvancing) return false;
  return !hooks_.holds_earlier || !hooks_.holds_earlier(sender_of(job.control), job.number);
}

// Of the user whose turn it is.
void PassedEntries::store_some() {
  for (std::size_t i = 0; i < turns_.size(); ++i) {
    const uid_t uid = turns_[i];
    const Job job = users_.at(uid).jobs.front();
    if (!can_store(*job)) continue;
    turns_.erase(turns_.begin() + static_cast<std::ptrdiff_t>(i));
    turns_.push_back(uid);
    if (job->state == State::kRefused) services_.drops.add(DropCause::kDescriptorRefused);
    if (job->state == State::kReady) store_entries(*job);
    if (job->state == State::kEnd || job->state == State::kRefused) remove(uid, 0);
    return;
  }
}

void PassedEntries::store_entries(PassedJob& job) {
  std::size_t left = kWorkPerWakeup;
  const uid_t uid = user_of(job.control);
  while (job.state == State::kReady && left > 0) {
    const journal::PreparedValues* const prepared = job.prepared ? &*job.prepared : nullptr;
    intake_.store(job.decoder, job.control, NativeIntake::Lifetime::kUntilNext,
                  ProgressCell(&job.progress_word), 0, prepared);
    if (prepared != nullptr && prepared->taker().has_value()) {
      if (keys_.size() >= kKeysMax) keys_.clear();
      keys_[uid] = *prepared->taker();
    }
    const std::size_t work = 1 + job.decoder.entry_bytes() / kBytesPerUnitOfWork;
    left -= std::min(left, work);
    job.move_on();
  }
}

// With what it owns, which may take long to let go of.
void PassedEntries::remove(uid_t uid, std::size_t index) {
  User& user = users_.at(uid);
  const auto at = user.jobs.begin() + static_cast<std::ptrdiff_t>(index);
  Job job = std::move(*at);
  user.jobs.erase(at);
  user.bytes -= job->bytes;
  --count_;
  if (job->can_hang) --can_hang_;
  if (!is_trusted(uid)) {
    --count_of_others_;
    bytes_of_others_ -= job->bytes;
  }
  const auto sender = senders_.find(sender_of(job->control));
  if (sender != senders_.end() && sender->second == job->number) senders_.erase(sender);
  if (job->state == State::kEnd && job->decoder.dropped_entries() > 0) {
    services_.drops.add(DropCause::kEntryOverLimit, job->decoder.dropped_entries());
  }
  if (user.jobs.empty()) {
    users_.erase(uid);
    std::erase(turns_, uid);
  }
  (job->can_hang ? other_ : sealed_).thread.dispose(std::move(job));
  if (hooks_.on_done) hooks_.on_done();
}

// A file that a thread has been at for too long, and those that came for it meanwhile.
void PassedEntries::give_up_late() {
  const std::uint64_t now = services_.ingest.monotonic_usec();
  if (!other_.thread.is_busy() || now < other_.since_usec + kPassedFileUsec) return;
  other_.job.reset();
  const std::deque<uid_t> users = turns_;
  for (const uid_t uid : users) {
    for (auto user = users_.find(uid); user != users_.end(); user = users_.find(uid)) {
      const std::size_t index = find_late(user->second);
      if (index == user->second.jobs.size()) break;
      services_.drops.add(DropCause::kDescriptorOverflow);
      remove(uid, index);
    }
  }
}

std::size_t PassedEntries::find_late(const User& user) const {
  const std::uint64_t now = services_.ingest.monotonic_usec();
  const auto found = std::ranges::find_if(user.jobs, [&](const Job& job) {
    return job->can_hang && now >= job->arrived_usec + kPassedFileUsec;
  });
  return static_cast<std::size_t>(found - user.jobs.begin());
}

void PassedEntries::watch_for_late() {
  if (late_ == nullptr || can_hang_ == 0) return;
  sd_event_source_set_time_relative(late_, kLookForLateUsec);
  sd_event_source_set_enabled(late_, SD_EVENT_ONESHOT);
}

int PassedEntries::on_late(sd_event_source* /*source*/, std::uint64_t /*usec*/, void* self) {
  auto* entries = static_cast<PassedEntries*>(self);
  entries->services_.ingest.refresh_time();
  entries->give_up_late();
  entries->work();
  entries->watch_for_late();
  return 0;
}

bool PassedEntries::drain_once() {
  if (count_ == 0) return false;
  const bool anything = std::ranges::any_of(
      users_, [this](const auto& user) { return can_store(*user.second.jobs.front()); });
  if (!anything) (sealed_.thread.is_busy() ? sealed_ : other_).thread.wait(kDrainWaitUsec);
  work();
  give_up_late();
  return count_ > 0;
}

void PassedEntries::give_up() {
  services_.drops.add(DropCause::kDescriptorOverflow, count_);
  while (!turns_.empty())
    remove(turns_.front(), 0);
}

}  // namespace logq::collect
