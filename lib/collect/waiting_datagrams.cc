#include "collect/waiting_datagrams.h"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "collect/limits.h"

namespace logq::collect {
namespace {

constexpr uid_t kNobody = 65534;
constexpr std::uint64_t kMib = std::uint64_t{1} << 20;
// What an empty datagram counts for.
constexpr std::uint64_t kBytesOfDatagram = 64;
// Turns of which a user's rate is the mean, about.
constexpr std::uint64_t kTurnsOfMean = 4;

std::uint64_t bytes_of(const DatagramJob& job) {
  return kBytesOfDatagram + job.bytes;
}

// Half of what others leave.
template <typename T>
bool is_share_used(T own, T others, T most) {
  return own >= (most - std::min(others, most)) / 2;
}

}  // namespace

uid_t user_of(const ControlData& control) {
  return control.credentials.has_value() ? control.credentials->uid : kNobody;
}

bool is_trusted(uid_t user) {
  return user == 0 || user == ::geteuid();
}

WaitingDatagrams::User& WaitingDatagrams::add(const DatagramJob& job) {
  const uid_t uid = user_of(job.control);
  const auto [found, is_new] = users_.try_emplace(uid);
  if (is_new) turns_.push_back(uid);
  found->second.bytes += bytes_of(job);
  bytes_ += bytes_of(job);
  with_descriptors_ += job.control.descriptors.size();
  ++size_;
  return found->second;
}

void WaitingDatagrams::push(DatagramJob job) {
  User& user = add(job);
  user.jobs.push_back(std::move(job));
}

bool WaitingDatagrams::has(uid_t user) const {
  const auto found = users_.find(user);
  return found != users_.end() && !found->second.jobs.empty();
}

void WaitingDatagrams::put_back(DatagramJob job) {
  User& user = add(job);
  turn_bytes_ -= std::min(turn_bytes_, bytes_of(job));
  const auto at = std::ranges::find_if(
      user.jobs, [&](const DatagramJob& other) { return other.arrival > job.arrival; });
  user.jobs.insert(at, std::move(job));
}

uid_t WaitingDatagrams::begin_turn() {
  while (true) {
    const uid_t uid = turns_.front();
    User& user = users_.at(uid);
    turn_bytes_ = 0;
    if (turns_.size() == 1) user.debt = 0;
    if (user.debt < kWorkPerTurn) {
      turn_work_ = kWorkPerTurn - user.debt;
      return uid;
    }
    // The loop ends: everybody's debt shrinks.
    user.debt -= kWorkPerTurn;
    turns_.pop_front();
    turns_.push_back(uid);
  }
}

DatagramJob WaitingDatagrams::pop(uid_t user) {
  const auto found = users_.find(user);
  std::deque<DatagramJob>& jobs = found->second.jobs;
  DatagramJob job = std::move(jobs.front());
  jobs.pop_front();
  found->second.bytes -= bytes_of(job);
  bytes_ -= bytes_of(job);
  with_descriptors_ -= job.control.descriptors.size();
  --size_;
  turn_bytes_ += bytes_of(job);
  return job;
}

void WaitingDatagrams::end_turn(uid_t uid, std::size_t work, std::uint64_t usec) {
  const auto found = users_.find(uid);
  User& user = found->second;
  std::erase(turns_, uid);
  if (user.jobs.empty()) {
    users_.erase(found);
    return;
  }
  turns_.push_back(uid);
  user.debt = work - std::min(work, turn_work_);
  const std::uint64_t rate = usec * kMib / std::max<std::uint64_t>(turn_bytes_, 1);
  user.usec_per_mib = user.usec_per_mib == 0
                          ? rate
                          : (user.usec_per_mib * (kTurnsOfMean - 1) + rate) / kTurnsOfMean;
}

std::uint64_t WaitingDatagrams::owed_usec(const User& user) {
  return user.bytes * user.usec_per_mib / kMib;
}

bool WaitingDatagrams::has_fill(const User& user) const {
  const std::size_t own = user.jobs.size();
  return owed_usec(user) >= kOwedUsecMax || is_share_used(own, size_ - own, slots_) ||
         is_share_used(user.bytes, bytes_ - user.bytes, kWaitingBytesMax);
}

bool WaitingDatagrams::has_fill(uid_t user) const {
  const auto found = users_.find(user);
  return found != users_.end() && has_fill(found->second);
}

bool WaitingDatagrams::is_refusable(uid_t user) const {
  const auto found = users_.find(user);
  return found != users_.end() && has_fill(found->second) && !is_trusted(user) &&
         owed_usec(found->second) >= kOwedUsecLeast;
}

WaitingDatagrams::Reading WaitingDatagrams::reading() const {
  Reading reading = Reading::kOn;
  for (const auto& [uid, user] : users_) {
    if (!has_fill(user)) continue;
    if (!is_refusable(uid)) return Reading::kNot;
    reading = Reading::kForOthers;
  }
  return reading;
}

bool WaitingDatagrams::has_earlier(pid_t sender, std::uint64_t number) const {
  return std::ranges::any_of(users_, [&](const auto& user) {
    return std::ranges::any_of(user.second.jobs, [&](const DatagramJob& job) {
      return job.behind < number && job.control.credentials.has_value() &&
             job.control.credentials->pid == sender;
    });
  });
}

bool WaitingDatagrams::has_arrived_by(std::uint64_t arrival) const {
  return std::ranges::any_of(users_, [&](const auto& user) {
    return !user.second.jobs.empty() && user.second.jobs.front().arrival <= arrival;
  });
}

}  // namespace logq::collect
