// What a program of ours ends with, and why. The mains compose messages; the libraries return
// Errors without names and paths, which are added here, at the edge.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "logq/result.h"

namespace logq::cli {

enum class ExitStatus : std::uint8_t {
  kOk = 0,
  kFailure = 1,  // of logq also for bad usage, as journalctl
  kUsage = 2,
  kInterrupted = 130,  // SIGINT or SIGTERM ended it early, told as shells tell it
  kTerminated = 143,
};

struct Failure {
  ExitStatus status = ExitStatus::kFailure;
  std::string message;  // one line without the program's name and without a period; may be empty
  std::string shown_below = {};  // further lines, fit for a terminal, without the last newline
};

template <typename T>
using Outcome = tl::expected<T, Failure>;

inline tl::unexpected<Failure> failure(std::string message) {
  return tl::unexpected<Failure>({ExitStatus::kFailure, std::move(message)});
}

// "SUBJECT: what went wrong", for example with a path as the subject.
inline std::string describe(std::string_view subject, const Error& error) {
  return std::string(subject) + ": " + error.message();
}

}  // namespace logq::cli
