// systemd-analyze, the judge of how times and spans are written.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "support/child_process.h"

namespace logq::test {

inline std::optional<std::string> systemd_analyze_unavailable() {
  if (run_command(
          {.argv = {"sh", "-c", "command -v systemd-analyze"}, .environment = {}, .input = ""})
          .status == 0) {
    return std::nullopt;
  }
  return "systemd-analyze is not installed";
}

// The output of `systemd-analyze VERB -- TEXTS`, in $TZ = `zone`.
inline std::string systemd_analyze(const std::string& verb,
                                   const std::vector<std::string>& texts,
                                   const std::string& zone) {
  Command command{.argv = {"systemd-analyze", verb, "--"},
                  .environment = {{"TZ", zone}, {"LC_ALL", "C.UTF-8"}},
                  .input = ""};
  command.argv.insert(command.argv.end(), texts.begin(), texts.end());
  return run_command(command).out;
}

// What follows `label` on a line, if the line has it.
inline std::optional<std::string> labelled(const std::string& line, const std::string& label) {
  const std::size_t at = line.find(label);
  if (at == std::string::npos) return std::nullopt;
  return line.substr(at + label.size());
}

// "1348324462.500000" in microseconds.
inline std::uint64_t usec_of_seconds(const std::string& text) {
  std::size_t end = 0;
  const std::uint64_t seconds = std::stoull(text, &end);
  if (end == text.size()) return seconds * 1'000'000;
  return seconds * 1'000'000 + std::stoull(text.substr(end + 1));
}

// The times of those of `texts` that systemd-analyze takes, in $TZ = `zone`.
inline std::map<std::string, std::uint64_t> analyzed_timestamps(
    const std::vector<std::string>& texts, const std::string& zone) {
  std::istringstream lines(systemd_analyze("timestamp", texts, zone));
  std::map<std::string, std::uint64_t> times;
  std::string text;
  for (std::string line; std::getline(lines, line);) {
    if (const auto form = labelled(line, "Original form: ")) text = *form;
    if (const auto seconds = labelled(line, "UNIX seconds: @")) {
      times[text] = usec_of_seconds(*seconds);
    }
  }
  return times;
}

struct AnalyzedSpan {
  std::uint64_t usec = 0;
  std::string printed;

  friend bool operator==(const AnalyzedSpan&, const AnalyzedSpan&) = default;
};

inline std::map<std::string, AnalyzedSpan> analyzed_spans(const std::vector<std::string>& texts) {
  std::istringstream lines(systemd_analyze("timespan", texts, "UTC"));
  std::map<std::string, AnalyzedSpan> spans;
  std::string text;
  for (std::string line; std::getline(lines, line);) {
    // It cuts blanks off what it repeats.
    const auto form = labelled(line, "Original: ");
    if (form) text = texts.size() == 1 ? texts[0] : *form;
    if (const auto usec = labelled(line, "s: ")) spans[text].usec = std::stoull(*usec);
    if (const auto printed = labelled(line, "Human: ")) spans[text].printed = *printed;
  }
  return spans;
}

}  // namespace logq::test
