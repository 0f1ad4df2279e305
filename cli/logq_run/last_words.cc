#include "logq_run/last_words.h"

#include <unistd.h>

#include <chrono>
#include <string>

#include "common/run.h"
#include "supervise/supervisor.h"

namespace logq::cli {
namespace {

constexpr std::chrono::seconds kLastPatience{1};
constexpr std::chrono::seconds kPatienceWithOthers{5};

}  // namespace

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

void end_run(supervise::PatientTransport& transport, const std::function<void()>& tell_last_words) {
  transport.be_patient_again();
  // Until it has been read the collector can still look up who sent the last entry.
  transport.flush(kLastPatience);
  tell_last_words();
  if (::getpid() == 1) supervise::end_others(kPatienceWithOthers);
}

}  // namespace logq::cli
