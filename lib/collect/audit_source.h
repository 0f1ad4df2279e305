// AuditSource: the records of the kernel's audit subsystem, from a netlink socket in its multicast
// group (docs/kernel-sources.md, "Audit records").
//
// Lives on one sd-event loop and does a bounded amount of work per call. Not thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <systemd/sd-event.h>

#include "base/unique_fd.h"
#include "collect/drops.h"
#include "collect/ingest.h"
#include "collect/io_watch.h"

namespace logq::collect {

// The references must outlive the source.
struct AuditServices {
  Ingest& ingest;
  Drops& drops;
};

class AuditSource {
 public:
  explicit AuditSource(const AuditServices& services);

  // Called after each piece of work that may have stored entries.
  void on_activity(std::function<void()> notify) { notify_ = std::move(notify); }

  // A socket that hears what the kernel audits. Needs CAP_AUDIT_READ; kSystem, with
  // EPROTONOSUPPORT, EAFNOSUPPORT or ECONNREFUSED where the kernel has none for us.
  static Result<base::UniqueFd> open_socket();
  // Switches auditing in the kernel on or off, for everybody.
  static Result<void> switch_auditing(int socket, bool on);

  // Reads from `socket` on `event`, which must outlive this object.
  Result<void> start(base::UniqueFd socket, sd_event* event);
  // Stores up to a bound of what is there; whether there may be more.
  bool work();
  // Stores one netlink message of the kernel's, header and all. What is no audit record is passed
  // over; what looks like one and is none is counted.
  void take_message(std::string_view message);

 private:
  enum class Next { kMessage, kOther, kNone };
  Next receive();
  void store(int type, std::string_view payload);

  AuditServices services_;
  std::function<void()> notify_;
  base::UniqueFd socket_;
  IoWatch watch_;
  std::vector<char> buffer_;
  std::size_t size_ = 0;             // of the message in it
  std::uint64_t progress_word_ = 0;  // of no use to a successor: the kernel repeats nothing
  std::vector<std::string> payloads_;
  std::vector<std::string_view> fields_;
};

}  // namespace logq::collect
