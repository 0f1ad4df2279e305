// A service that prints "line 1" to "line N", and what a journal has of them.
#pragma once

#include <chrono>
#include <sstream>
#include <string>

#include "support/child_process.h"

namespace logq::test {

// `lines` per second at most; each is printed at once, by a program of every Debian.
// `wrapper`: a program that runs another.
inline std::string counting_unit(int lines,
                                 int per_second,
                                 const std::string& settings = "",
                                 const std::string& wrapper = "") {
  return "[Service]\nType=oneshot\n" + settings + "ExecStart=" + wrapper +
         "perl -e '$$|=1; for (1.." + std::to_string(lines) +
         ") { print \"line $$_\\n\"; select(undef, undef, undef, 1.0 / " +
         std::to_string(per_second) + ") }'\n";
}

// Waits until line `number` is in what `printed()` gives, the output of `-o cat` so far.
template <typename Printed>
bool await_line(const Printed& printed, int number) {
  const std::string line = "line " + std::to_string(number) + "\n";
  return wait_until([&] { return (printed() + "\n").find(line) != std::string::npos; },
                    std::chrono::seconds(60));
}

// Of the output of `-o cat`: "" when all of them are there, once each and in order.
inline std::string missing_lines(const std::string& printed, int lines) {
  std::istringstream text(printed);
  int expected = 1;
  for (std::string line; std::getline(text, line);) {
    if (!line.starts_with("line ")) continue;
    if (line != "line " + std::to_string(expected)) {
      return line + " where line " + std::to_string(expected) + " should be";
    }
    ++expected;
  }
  return expected > lines ? "" : "the end, where line " + std::to_string(expected) + " should be";
}

}  // namespace logq::test
