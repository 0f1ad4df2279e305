// ControlMethods: what the collector can be asked by Varlink (docs/control.md):
// journald's io.systemd.Journal, our own io.logq.Collector, and what every service answers.
//
// Decides who may ask for what and takes parameters apart; the deeds themselves are the
// collector's. Knows no sockets. Not thread-safe.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "logq/result.h"
#include "wire/varlink.h"

namespace logq::collect {

class ControlMethods {
 public:
  struct Deeds {
    // Calls back when everything sent before is stored and durable, not before it returns.
    std::function<void(std::function<void(const Result<void>&)> done)> synchronize;
    std::function<Result<void>()> rotate;
    std::function<Result<void>()> flush;
    std::function<Result<void>()> relinquish;
    std::function<std::string()> status;  // a JSON object
    std::string version;
    bool in_namespace = false;  // where there is nothing to flush
  };
  explicit ControlMethods(Deeds deeds) : deeds_(std::move(deeds)) {}

  // Answers a call, of root or the collector's own user if `privileged`. When nothing is returned
  // `later` gets the answer. Answers are complete messages.
  using Reply = std::function<void(std::string message)>;
  std::optional<std::string> answer(const wire::VarlinkCall& call, bool privileged, Reply later);

 private:
  std::optional<std::string> synchronize(const wire::VarlinkCall& call,
                                         bool privileged,
                                         Reply later);
  std::string carry_out(const std::function<Result<void>()>& deed) const;
  std::string carry_out_outside_namespaces(const std::function<Result<void>()>& deed) const;

  Deeds deeds_;
};

}  // namespace logq::collect
