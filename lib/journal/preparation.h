// Preparation<T>: one thing that a worker makes ahead of time, for one who will need it soon.
//
// Not thread-safe: for the thread that asks and takes. Its destructor waits for what is being made.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "journal/worker_thread.h"
#include "logq/result.h"

namespace logq::journal {

template <typename T>
class Preparation {
 public:
  struct Taken {
    std::optional<T> made;
    bool waited = false;  // it was being made, and doing it again would have taken longer
  };

  Preparation() = default;
  Preparation(Preparation&&) noexcept = default;
  Preparation& operator=(Preparation&&) = delete;
  Preparation(const Preparation&) = delete;
  Preparation& operator=(const Preparation&) = delete;
  ~Preparation() { take(); }

  [[nodiscard]] bool is_asked() const { return shared_ != nullptr; }

  // Has `make` run on `worker`. REQUIRES: !is_asked().
  void ask(WorkerThread& worker, std::function<Result<T>()> make) {
    shared_ = std::make_shared<Shared>();
    worker.post([shared = shared_, make = std::move(make)] { shared->work(make); });
  }

  // What was made; nothing when nobody asked, when it failed, or when the worker had not come to
  // it, which then never will. Why it failed is of no interest: who needs it tries for himself.
  Taken take() {
    const auto shared = std::exchange(shared_, nullptr);
    return shared == nullptr ? Taken() : shared->take();
  }

 private:
  class Shared {
   public:
    void work(const std::function<Result<T>()>& make) {
      {
        const std::lock_guard lock(mutex_);
        if (state_ != State::kAsked) return;
        state_ = State::kWorking;
      }
      Result<T> made = make();
      {
        const std::lock_guard lock(mutex_);
        if (made) made_ = std::move(*made);
        state_ = State::kDone;
      }
      changed_.notify_all();
    }
    Taken take() {
      std::unique_lock lock(mutex_);
      const bool waits = state_ == State::kWorking;
      changed_.wait(lock, [this] { return state_ != State::kWorking; });
      state_ = State::kDone;
      return {std::exchange(made_, std::nullopt), waits};
    }

   private:
    enum class State : std::uint8_t { kAsked, kWorking, kDone };
    std::mutex mutex_;
    std::condition_variable changed_;
    State state_ = State::kAsked;
    std::optional<T> made_;
  };

  std::shared_ptr<Shared> shared_;
};

}  // namespace logq::journal
