#include "logq_run/last_words.h"

#include <string>

#include "common/run.h"

namespace logq::cli {
void tell_left_output(const supervise::ServiceRunner& runner) {
  using LeftOutput = supervise::ServiceRunner::LeftOutput;
  if (runner.left_output() == LeftOutput::kUnread) {
    print_error_line("the collector had not read all output when the exit entry was sent");
  } else if (runner.left_output() == LeftOutput::kCollectorGone) {
    print_error_line("the collector closed the stream; the last output may be lost");
  }
}

void tell_undelivered(std::uint64_t dropped, const supervise::PatientTransport& transport) {
  const std::uint64_t undelivered = dropped + transport.waiting();
  if (undelivered == 0) return;
  print_error_line(std::to_string(undelivered) +
                   " lifecycle entries not delivered: " + transport.describe_failure());
}

}  // namespace logq::cli
