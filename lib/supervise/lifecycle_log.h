// The entries that tell a service's life, with systemd's message ids, texts, priorities and fields,
// so that every tool that knows systemd's understands ours (docs/protocols.md, "Lifecycle
// entries").
//
// SYSLOG_IDENTIFIER is logq-run, and OBJECT_SYSTEMD_UNIT= is added beside UNIT=: journalctl -u
// believes UNIT= from process 1 only. Not thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "logq/field.h"
#include "logq/id128.h"
#include "logq/transport.h"
#include "supervise/process_exit.h"

namespace logq::supervise {

struct ServiceIdentity {
  std::string unit;         // "hello.service"
  std::string description;  // may be empty
  Id128 invocation;         // one run of the service
};

class LifecycleLog {
 public:
  // `transport` must outlive this object.
  LifecycleLog(Transport& transport, ServiceIdentity identity);

  void started();
  void start_failed();
  void spawn_failed(std::string_view program, int sys_errno);
  void stopping();
  void stopped();
  // The main process ended badly; systemd tells of a good end at debug level only, we not at all.
  void main_process_exited(const ProcessExit& exit);
  void deactivated();
  void failed(std::string_view result);

  // Waits until the collector has taken what was told so far, at most until `timeout` has passed.
  void settle(std::chrono::milliseconds timeout);

  // Entries the collector did not take, and why the last of them was refused.
  [[nodiscard]] std::uint64_t undelivered() const { return undelivered_; }
  [[nodiscard]] std::string describe_failure() const { return transport_.describe_failure(); }

 private:
  void send(Priority priority,
            std::string_view message_id,
            const std::string& message,
            std::span<const Field> fields);

  Transport& transport_;
  const ServiceIdentity identity_;
  const std::string title_;  // "hello.service - Description"
  std::uint64_t undelivered_ = 0;
};

}  // namespace logq::supervise
