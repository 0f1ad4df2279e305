#include "collect/file_lane.h"

#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <tuple>
#include <utility>
#include <vector>

#include "base/quiet_thread.h"
#include "base/unique_fd.h"

namespace logq::collect {
namespace {

constexpr auto kPatience = std::chrono::seconds(1);
constexpr std::size_t kDisposedMax = 256;
// What it does is work for one, while the others wait for the collector.
constexpr int kNice = 5;

}  // namespace

struct FileLane::Shared {
  void run();
  void finish_work();

  mutable std::mutex mutex;
  mutable std::condition_variable changed;
  std::function<void()> work;
  std::vector<std::shared_ptr<void>> disposed;
  bool busy = false;
  bool stopping = false;
  bool ended = false;
  bool has_thread = false;
  base::UniqueFd done{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
};

void FileLane::Shared::run() {
  std::ignore = ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kNice);
  std::unique_lock lock(mutex);
  while (true) {
    changed.wait(lock, [this] { return stopping || work || !disposed.empty(); });
    if (stopping && !work && disposed.empty()) break;
    auto doing = std::exchange(work, nullptr);
    std::vector<std::shared_ptr<void>> leaving = std::exchange(disposed, {});
    lock.unlock();
    if (doing) {
      doing();
      finish_work();
    }
    // What these own may take long to let go of.
    doing = nullptr;
    leaving.clear();
    lock.lock();
  }
  ended = true;
  changed.notify_all();
}

void FileLane::Shared::finish_work() {
  const std::lock_guard lock(mutex);
  busy = false;
  const std::uint64_t one = 1;
  std::ignore = ::write(done.get(), &one, sizeof one);
  changed.notify_all();
}

FileLane::FileLane() : shared_(std::make_shared<Shared>()) {}

FileLane::~FileLane() {
  std::unique_lock lock(shared_->mutex);
  shared_->stopping = true;
  shared_->changed.notify_all();
  if (!shared_->has_thread) return;
  shared_->changed.wait_for(lock, kPatience, [this] { return shared_->ended; });
}

bool FileLane::ensure_thread() {
  if (shared_->has_thread || !shared_->done.is_open()) return shared_->has_thread;
  std::thread thread = base::start_quiet_thread([shared = shared_] { shared->run(); });
  if (!thread.joinable()) return false;
  thread.detach();
  shared_->has_thread = true;
  return true;
}

bool FileLane::is_busy() const {
  const std::lock_guard lock(shared_->mutex);
  return shared_->busy;
}

void FileLane::run(std::function<void()> work) {
  if (!ensure_thread()) {
    work();
    return shared_->finish_work();
  }
  const std::lock_guard lock(shared_->mutex);
  shared_->work = std::move(work);
  shared_->busy = true;
  shared_->changed.notify_all();
}

void FileLane::dispose(std::shared_ptr<void> thing) {
  if (!ensure_thread()) return;
  const std::lock_guard lock(shared_->mutex);
  if (shared_->disposed.size() >= kDisposedMax) return;
  shared_->disposed.push_back(std::move(thing));
  shared_->changed.notify_all();
}

int FileLane::done_fd() const {
  return shared_->done.get();
}

void FileLane::wait(std::uint64_t usec) const {
  std::unique_lock lock(shared_->mutex);
  shared_->changed.wait_for(lock, std::chrono::microseconds(usec),
                            [this] { return !shared_->busy; });
}

}  // namespace logq::collect
