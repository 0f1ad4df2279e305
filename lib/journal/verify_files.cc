#include "journal/verify_files.h"

#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <numeric>
#include <optional>
#include <system_error>
#include <thread>

namespace logq::journal {
namespace {

constexpr std::chrono::milliseconds kTellEvery{100};

std::uint64_t size_of(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) < 0 || !S_ISREG(status.st_mode)) return 0;
  return static_cast<std::uint64_t>(status.st_size);
}

// The work that threads take from, and the place where they leave what they found.
class VerifyQueue {
 public:
  explicit VerifyQueue(std::span<const std::string> paths);

  // Takes files until there are none left.
  void work();
  // Waits for all verdicts and hands them on.
  std::vector<FileVerdict> collect(const VerifyListener& listener);

 private:
  Result<VerifyReport> verify(std::size_t file);
  [[nodiscard]] double done() const;

  std::span<const std::string> paths_;
  std::vector<std::uint64_t> sizes_;
  std::vector<std::size_t> order_;  // largest first
  std::uint64_t total_ = 0;
  std::atomic<std::size_t> next_{0};
  std::atomic<std::uint64_t> bytes_done_{0};

  std::mutex mutex_;
  std::condition_variable finished_;
  std::vector<std::optional<Result<VerifyReport>>> found_;  // under mutex_
};

VerifyQueue::VerifyQueue(std::span<const std::string> paths)
    : paths_(paths),
      order_(paths.size()),
      found_(paths.size()) {
  for (const std::string& path : paths)
    sizes_.push_back(size_of(path));
  total_ = std::accumulate(sizes_.begin(), sizes_.end(), std::uint64_t{0});
  std::iota(order_.begin(), order_.end(), std::size_t{0});
  std::stable_sort(order_.begin(), order_.end(),
                   [this](std::size_t a, std::size_t b) { return sizes_[a] > sizes_[b]; });
}

void VerifyQueue::work() {
  for (;;) {
    const std::size_t turn = next_.fetch_add(1, std::memory_order_relaxed);
    if (turn >= order_.size()) return;
    const std::size_t file = order_[turn];
    auto report = verify(file);
    const std::lock_guard lock(mutex_);
    found_[file] = std::move(report);
    finished_.notify_one();
  }
}

// A file that is looked at again begins again; what was told of it is not taken back.
Result<VerifyReport> VerifyQueue::verify(std::size_t file) {
  const std::uint64_t size = sizes_[file];
  std::uint64_t told = 0;
  const auto tell = [&](double fraction) {
    const auto bytes = static_cast<std::uint64_t>(fraction * static_cast<double>(size));
    if (bytes <= told) return;
    bytes_done_.fetch_add(bytes - told, std::memory_order_relaxed);
    told = bytes;
  };
  auto report = verify_file(paths_[file], tell);
  tell(1.0);
  return report;
}

double VerifyQueue::done() const {
  if (total_ == 0) return 1;
  const std::uint64_t bytes = bytes_done_.load(std::memory_order_relaxed);
  return std::min(1.0, static_cast<double>(bytes) / static_cast<double>(total_));
}

std::vector<FileVerdict> VerifyQueue::collect(const VerifyListener& listener) {
  std::vector<FileVerdict> verdicts;
  verdicts.reserve(paths_.size());
  auto next_tell = std::chrono::steady_clock::now() + kTellEvery;
  while (verdicts.size() < paths_.size()) {
    std::unique_lock lock(mutex_);
    std::optional<Result<VerifyReport>>& found = found_[verdicts.size()];
    finished_.wait_until(lock, next_tell, [&found] { return found.has_value(); });
    const bool ready = found.has_value();
    lock.unlock();
    if (std::chrono::steady_clock::now() >= next_tell) {
      if (listener.progress) listener.progress(done());
      next_tell = std::chrono::steady_clock::now() + kTellEvery;
    }
    if (!ready) continue;
    verdicts.push_back({paths_[verdicts.size()], std::move(*found)});
    if (listener.verdict) listener.verdict(verdicts.back());
  }
  return verdicts;
}

// As many as may be had.
std::vector<std::thread> start(VerifyQueue& queue, std::size_t count) {
  std::vector<std::thread> threads;
  threads.reserve(count);
  while (threads.size() < count) {
    try {
      threads.emplace_back([&queue] { queue.work(); });
    } catch (const std::system_error&) {
      break;
    }
  }
  return threads;
}

}  // namespace

std::vector<FileVerdict> verify_files(std::span<const std::string> paths,
                                      unsigned threads,
                                      const VerifyListener& listener) {
  if (paths.empty()) return {};
  VerifyQueue queue(paths);
  const std::size_t wanted = std::clamp<std::size_t>(threads, 1, paths.size());
  std::vector<std::thread> workers = start(queue, wanted);
  if (workers.empty()) queue.work();
  auto verdicts = queue.collect(listener);
  for (std::thread& worker : workers)
    worker.join();
  return verdicts;
}

}  // namespace logq::journal
