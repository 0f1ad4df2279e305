// TroubleReport: tells the operator of something that fails again and again in two lines: when it
// begins, and when it is over, with how often it has failed. One that comes and goes is told of at
// most every ten seconds. Thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

#include "logq/result.h"

namespace logq::collect {

class TroubleReport {
 public:
  struct Words {
    std::string_view begins;  // "cannot store entries", before the error
    std::string_view over;    // "storing entries again", before the count
    std::string_view failed;  // "entries dropped", before the count
  };
  using Diagnose = std::function<void(const std::string& line)>;

  TroubleReport(const Words& words, Diagnose diagnose)
      : words_(words),
        diagnose_(std::move(diagnose)) {}

  // `where` is the directory that it is about, `now_usec` a monotonic time.
  void failed(const std::string& where, const Error& error, std::uint64_t now_usec);
  void succeeded(const std::string& where);
  // Tells what has not been told because there was no end, or too many of them.
  void finish(const std::string& where);

 private:
  void tell_count(const std::string& where, std::string_view introduction);

  Words words_;
  Diagnose diagnose_;
  std::mutex mutex_;
  std::uint64_t untold_ = 0;  // failures that no line has counted yet
  bool begun_ = false;        // the first line is out
  std::uint64_t quiet_until_usec_ = 0;
};

}  // namespace logq::collect
