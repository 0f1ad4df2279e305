// Refuge: whether entries are in volatile storage because persistent storage fails, why, and when
// to look next whether it works again. Pure; not thread-safe.
//
// The looks get rarer, up to kRefugeRetryMaxUsec. Storage that works again for only a short time
// does not make them frequent again, so that one that comes and goes costs little and says little.
#pragma once

#include <cstdint>
#include <optional>

#include "base/clock.h"
#include "logq/result.h"

namespace logq::collect {

class Refuge {
 public:
  // `retry_usec`: until the first look.
  void begin(const Error& reason, std::uint64_t now_usec, std::uint64_t retry_usec);
  // A look has found that it still fails.
  void failed(const Error& reason, std::uint64_t now_usec);
  void end(std::uint64_t now_usec);

  [[nodiscard]] bool is_on() const { return reason_.has_value(); }
  // What persistent storage said last. REQUIRES: is_on().
  [[nodiscard]] const Error& reason() const { return *reason_; }
  // Monotonic. REQUIRES: is_on().
  [[nodiscard]] std::uint64_t next_look_usec() const { return next_look_usec_; }

 private:
  std::optional<Error> reason_;
  std::uint64_t next_look_usec_ = 0;
  std::uint64_t pause_usec_ = 0;
  std::uint64_t ended_at_usec_ = 0;
};

}  // namespace logq::collect
