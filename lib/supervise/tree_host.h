// TreeHost: what a Tree orders from the world: children that start and stop, and the time.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace logq::supervise {

// How a tree came to its end.
enum class TreeEnd : std::uint8_t {
  kStopped,      ///< it was asked to
  kStartFailed,  ///< a child could not be started at the beginning
  kIntensity,    ///< there were too many restarts
  kAutoShutdown  ///< its significant children have ended
};
[[nodiscard]] std::string_view name_of(TreeEnd end);  // "auto-shutdown"

// What came of a request.
enum class TreeAnswer : std::uint8_t {
  kDone,
  kFailed,      ///< the child could not be started
  kUnknown,     ///< there is no such child, nor can there be
  kRunning,     ///< it has been started already
  kRestarting,  ///< it is about to be
  kCanceled,    ///< it was stopped before it had started
  kNotNow,      ///< the tree is not up, or has come to its end before
};

class TreeHost {
 public:
  TreeHost() = default;
  TreeHost(const TreeHost&) = delete;
  TreeHost& operator=(const TreeHost&) = delete;
  virtual ~TreeHost() = default;

  // Answered, at once or later, by Tree::child_started() when it is ready, child_skipped() or
  // child_start_failed(). A child that is a tree is started the same way. Failures are better
  // reported later, from the event loop: as with OTP the next attempt is made without delay.
  virtual void start_child(const std::string& name) = 0;
  // Answered by child_stopped(). Also of a child that is being started.
  virtual void stop_child(const std::string& name) = 0;
  [[nodiscard]] virtual std::uint64_t now_usec() const = 0;  // monotonic

  // The tree does not know that child any more: it is down for good, or was an instance.
  virtual void child_forgotten(const std::string& name) = 0;

  // All children have been started.
  virtual void tree_is_up() = 0;
  // Nothing runs any more. Where the tree is a child itself its parent is told: of kStopped
  // child_stopped(), of kStartFailed child_start_failed(), of the others child_ended() with
  // ChildEnd::kNormal, as OTP's supervisors end with "shutdown" then.
  virtual void tree_has_ended(TreeEnd end) = 0;
  // Of Tree::start_child() and terminate_child().
  virtual void request_done(const std::string& name, TreeAnswer answer) = 0;
};

}  // namespace logq::supervise
