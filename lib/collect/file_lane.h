// FileLane: a thread that does one piece of work at a time on files that others passed, and lets go
// of them.
//
// A file system of the sender's may never let such a thread go on: then the lane is busy for good,
// its destructor leaves the thread to itself, and what the thread works with must live by itself.
// While no thread can be had (a limit on them) the work is done by the caller, who is told like
// always.
// Not thread-safe, but for the thread itself.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

namespace logq::collect {

class FileLane {
 public:
  FileLane();
  FileLane(const FileLane&) = delete;
  FileLane& operator=(const FileLane&) = delete;
  ~FileLane();

  [[nodiscard]] bool is_busy() const;
  // REQUIRES: !is_busy().
  void run(std::function<void()> work);
  // Destroys it on the thread, since even closing a file can take long; here when too many wait.
  void dispose(std::shared_ptr<void> thing);

  // Becomes readable when a piece of work is done; whoever waits reads it (eventfd(2)). -1: there
  // is none, and no thread either.
  [[nodiscard]] int done_fd() const;
  // Until no work is under way, or so long.
  void wait(std::uint64_t usec) const;

 private:
  struct Shared;
  bool ensure_thread();

  std::shared_ptr<Shared> shared_;
};

}  // namespace logq::collect
