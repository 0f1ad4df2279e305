#include "common/run.h"

#include <stdio.h>

#include <clocale>
#include <exception>
#include <string>

namespace logq::cli {
namespace {

// Set once by run(), before anything can fail.
std::string_view program_name = "logq";

}  // namespace

void print_error_line(std::string_view message) {
  std::string line = std::string(program_name) + ": " + std::string(message);
  for (char& c : line) {
    if (c == '\n' || c == '\r') c = ' ';
  }
  line.push_back('\n');
  // Where standard error is gone too, there is nobody left to tell.
  [[maybe_unused]] const std::size_t written = ::fwrite(line.data(), 1, line.size(), stderr);
}

int run(std::string_view name,
        Outcome<ExitStatus> (*program_main)(int, char**),
        int argc,
        char** argv) {
  program_name = name;
  std::setlocale(LC_ALL, "");
  try {
    const Outcome<ExitStatus> outcome = program_main(argc, argv);
    if (outcome) return static_cast<int>(*outcome);
    if (!outcome.error().message.empty()) print_error_line(outcome.error().message);
    return static_cast<int>(outcome.error().status);
  } catch (const std::exception& exception) {  // std::bad_alloc; our own code throws nothing
    print_error_line(exception.what());
    return static_cast<int>(ExitStatus::kFailure);
  }
}

}  // namespace logq::cli
