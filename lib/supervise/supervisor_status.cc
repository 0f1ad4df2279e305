#include "supervise/supervisor_status.h"

#include <sys/stat.h>

#include <algorithm>
#include <cstdint>
#include <limits>

#include "base/io.h"
#include "base/quantity.h"

namespace logq::supervise {
namespace {

constexpr std::size_t kDaemontoolsBytes = 18;
constexpr std::size_t kRunitBytes = 20;
constexpr std::size_t kS6Bytes = 35;
constexpr std::size_t kS6NewBytes = 43;
constexpr std::size_t kPidAt = 12;    // daemontools, runit: little-endian, behind a TAI64N label
constexpr std::size_t kS6PidAt = 24;  // behind two of them, big-endian
constexpr std::size_t kNanosecondsAt = 8;
constexpr std::size_t kPausedAt = 16;
constexpr std::size_t kWantedAt = 17;
constexpr std::size_t kTermAt = 18;
constexpr std::size_t kRunAt = 19;
constexpr std::uint64_t kLastSecond = base::kInfiniteUsec / base::kUsecPerSecond - 1;
constexpr std::uint64_t kTaiOfEpoch = (std::uint64_t{1} << 62) + 10;  // 1970, as libtai counts

std::uint64_t byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}

std::uint64_t big_endian_at(std::string_view bytes, std::size_t at, std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < size; ++i)
    value = value << 8 | byte_at(bytes, at + i);
  return value;
}

std::uint64_t little_endian_at(std::string_view bytes, std::size_t at, std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t i = size; i-- > 0;)
    value = value << 8 | byte_at(bytes, at + i);
  return value;
}

void put_big_endian(std::uint64_t value, std::size_t size, std::string& out) {
  for (std::size_t i = size; i-- > 0;)
    out.push_back(static_cast<char>(value >> (8 * i) & 0xff));
}

}  // namespace

std::string encode_supervised_state(const SupervisedState& state) {
  std::string bytes;
  put_big_endian(kTaiOfEpoch + state.since_usec / base::kUsecPerSecond, 8, bytes);
  put_big_endian(state.since_usec % base::kUsecPerSecond * 1000, 4, bytes);
  for (unsigned i = 0; i < 4; ++i)
    bytes.push_back(static_cast<char>(static_cast<std::uint32_t>(state.pid) >> (8 * i) & 0xff));
  bytes.push_back(state.is_paused ? '\1' : '\0');
  bytes.push_back(state.wanted);
  bytes.push_back(state.got_term ? '\1' : '\0');
  bytes.push_back(static_cast<char>(state.run));
  return bytes;
}

std::optional<SupervisedState> decode_supervised_state(std::string_view bytes) {
  if (bytes.size() != kDaemontoolsBytes && bytes.size() != kRunitBytes) return std::nullopt;
  SupervisedState state;
  const std::uint64_t seconds = big_endian_at(bytes, 0, kNanosecondsAt);
  const std::uint64_t since = seconds < kTaiOfEpoch ? 0 : seconds - kTaiOfEpoch;
  state.since_usec = std::min(since, kLastSecond) * base::kUsecPerSecond +
                     big_endian_at(bytes, kNanosecondsAt, 4) / 1000;
  state.pid = pid_in_supervisor_status(bytes).value_or(0);
  state.is_paused = bytes[kPausedAt] != '\0';
  state.wanted = bytes[kWantedAt];
  state.run = state.pid != 0 ? SupervisedState::Run::kRun : SupervisedState::Run::kDown;
  if (bytes.size() < kRunitBytes) return state;
  state.got_term = bytes[kTermAt] != '\0';
  if (bytes[kRunAt] == static_cast<char>(SupervisedState::Run::kFinish))
    state.run = SupervisedState::Run::kFinish;
  return state;
}

std::optional<pid_t> pid_in_supervisor_status(std::string_view bytes) {
  std::uint64_t pid = 0;
  if (bytes.size() == kDaemontoolsBytes || bytes.size() == kRunitBytes) {
    pid = little_endian_at(bytes, kPidAt, 4);
  } else if (bytes.size() == kS6Bytes || bytes.size() == kS6NewBytes) {
    pid = big_endian_at(bytes, kS6PidAt, 8);
  }
  if (pid == 0 || pid > static_cast<std::uint64_t>(std::numeric_limits<pid_t>::max())) {
    return std::nullopt;
  }
  return static_cast<pid_t>(pid);
}

std::optional<pid_t> SupervisorStatus::pid() {
  struct stat status {};
  if (::stat(path_.c_str(), &status) != 0) return std::nullopt;
  const bool is_known = status.st_ino == inode_ && status.st_mtim.tv_sec == changed_.tv_sec &&
                        status.st_mtim.tv_nsec == changed_.tv_nsec;
  if (is_known) return pid_;
  inode_ = status.st_ino;
  changed_ = status.st_mtim;
  if (!S_ISREG(status.st_mode)) return pid_ = std::nullopt;  // to open a FIFO would wait
  const auto bytes = base::read_small_file(path_, kS6NewBytes + 1);
  pid_ = bytes ? pid_in_supervisor_status(*bytes) : std::nullopt;
  return pid_;
}

}  // namespace logq::supervise
