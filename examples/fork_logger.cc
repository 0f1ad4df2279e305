// A logger across fork, _exit and exec: who sends what.
//
// A child begins with an empty queue: what its parent had logged before the fork the parent sends,
// once. What the child logs it sends itself, under its own _PID. Neither _exit nor exec waits for
// a queue, so a child flushes first.
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <vector>

#include "logq/logger.h"

namespace {

constexpr std::chrono::seconds kPatience{10};

// Runs `body` in a child, which ends with what it returns.
template <typename Body>
pid_t start_child(Body body) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(body());
  return child;
}

int flush(const logq::Logger& log) {
  return log.flush(kPatience) == logq::FlushResult::kFlushed ? 0 : 1;
}

bool all_succeed(const std::vector<pid_t>& children) {
  bool succeeded = true;
  for (const pid_t child : children) {
    int status = 1;
    ::waitpid(child, &status, 0);
    succeeded = succeeded && status == 0;
  }
  return succeeded;
}

}  // namespace

int main() {
  logq::LoggerOptions options;
  options.identifier = "fork-logger";
  options.async = logq::AsyncOptions{};
  const logq::Logger log(options);

  log.info("parent, before the fork");
  const std::vector<pid_t> children = {start_child([&log] {
                                         log.info("child that ends", logq::field<"CHILD">(1));
                                         return flush(log);
                                       }),
                                       start_child([&log] {
                                         log.info("child that becomes another program",
                                                  logq::field<"CHILD">(2));
                                         if (flush(log) != 0) return 1;
                                         ::execl("/bin/sh", "sh", "-c", "exit 0", nullptr);
                                         return 127;
                                       })};
  log.info("parent, after the fork");
  const bool succeeded = all_succeed(children);
  return succeeded ? flush(log) : 1;
}
