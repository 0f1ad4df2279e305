// KmsgForward: passes messages on to the kernel's log, as journald does with ForwardToKMsg= and for
// streams whose header asks for it (docs/forwarding.md, "Kernel log"). Not thread-safe.
#pragma once

#include <string>

#include "base/unique_fd.h"
#include "collect/forwarded_message.h"
#include "collect/missed_count.h"

namespace logq::collect {

class KmsgForward {
 public:
  struct Options {
    std::string path = "/dev/kmsg";
    int level_max = 5;  // MaxLevelKMsg=
  };
  explicit KmsgForward(Options options) : options_(std::move(options)) {}
  void configure(Options options);

  // Writes "<PRI>ident[pid]: text". What the kernel would refuse for its length is cut.
  void forward(const ForwardedMessage& message);

  [[nodiscard]] MissedCount& missed() { return missed_; }

 private:
  Options options_;
  base::UniqueFd device_;  // opened with the first message
  bool is_refused_ = false;
  std::string composed_;
  MissedCount missed_;
};

}  // namespace logq::collect
