// Carries out a logger's script on input as it comes: tells which bytes are stored, and has lines
// shown and kept as a status.
//
// A line is judged as soon as its end or kScriptLineMax bytes of it are there, once; however long
// it is, nothing of it is copied. Not thread-safe.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "supervise/logger_script.h"

namespace logq::supervise {

class LineSieve {
 public:
  // Told of a line that is to be shown or kept: its first bytes, as far as they are looked at, and
  // without its newline.
  using OnLine = std::function<void(std::string_view head, const LoggerScript::Verdict& verdict)>;

  // `script` and `clock` must outlive it.
  LineSieve(const LoggerScript& script, base::Clock& clock, OnLine on_line);

  struct Step {
    std::size_t bytes = 0;  // so many from the front are decided, all in one way
    bool is_stored = false;
  };
  // Judges the front of `input`, which goes on where the bytes of the last step ended. No bytes
  // when it cannot be judged before more is there. `at_end`: nothing follows, so that the last line
  // is complete.
  Step next(std::string_view input, bool at_end);

 private:
  bool judge_line(std::string_view input, bool at_end);

  const LoggerScript& script_;
  base::Clock& clock_;
  const OnLine on_line_;
  bool is_judged_ = false;  // the line that the input begins with, or is in the middle of
  std::string head_;        // with a time stamp
  LoggerScript::Verdict verdict_;
};

// "@4000000062d1…": the time as TAI64N in hexadecimal, as multilog and tai64n write it (with ten
// leap seconds, whatever the date).
[[nodiscard]] std::string tai64n_label(std::uint64_t realtime_usec);

}  // namespace logq::supervise
