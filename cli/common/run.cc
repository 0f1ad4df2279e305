#include "common/run.h"

#include <stdio.h>

#include <algorithm>
#include <clocale>
#include <exception>
#include <string>
#include <utility>

#include "wire/utf8.h"

namespace logq::cli {
namespace {

// Set once, before anything can fail.
std::string_view program_name = "logq";

std::function<void()> giving_way;

void print_lines(std::string lines) {
  lines += '\n';
  // Where standard error is gone too, there is nobody left to tell.
  [[maybe_unused]] const std::size_t written = ::fwrite(lines.data(), 1, lines.size(), stderr);
}

}  // namespace

std::string without_controls(std::string_view text) {
  std::string line(text);
  wire::hide_controls(line, 0, ' ');
  std::replace_if(
      line.begin(), line.end(), [](char c) { return c == '\n' || c == '\t'; }, ' ');
  return line;
}

void set_program_name(std::string_view name) {
  program_name = name;
}

void before_next_error_line(std::function<void()> give_way) {
  giving_way = std::move(give_way);
}

void print_error_line(std::string_view message) {
  if (const auto give_way = std::exchange(giving_way, {})) give_way();
  print_lines(std::string(program_name) + ": " + without_controls(message));
}

int run(std::string_view name,
        Outcome<ExitStatus> (*program_main)(int, char**),
        int argc,
        char** argv) {
  set_program_name(name);
  std::setlocale(LC_ALL, "");
  try {
    const Outcome<ExitStatus> outcome = program_main(argc, argv);
    if (outcome) return static_cast<int>(*outcome);
    if (!outcome.error().message.empty()) print_error_line(outcome.error().message);
    if (!outcome.error().shown_below.empty()) print_lines(outcome.error().shown_below);
    return static_cast<int>(outcome.error().status);
  } catch (const std::exception& exception) {  // std::bad_alloc; our own code throws nothing
    print_error_line(exception.what());
    return static_cast<int>(ExitStatus::kFailure);
  }
}

}  // namespace logq::cli
