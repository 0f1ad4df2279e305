// Combinations of three to five options, made systematically: each list is walked at a pace of its
// own, so that all pairs of neighbours meet. See harness.h for the notation.
#pragma once

#include <iterator>
#include <string>
#include <vector>

namespace logq::test {

inline constexpr const char* kMixedFilters[] = {"-p 4",
                                                "-t user",
                                                "-u 'foo*'",
                                                "-u hello",
                                                "PRIORITY=3 + PRIORITY=6",
                                                "-g '[aeiou]'",
                                                "_UID=0",
                                                "--facility=user,daemon,kern",
                                                "-t stream -t prio -p 6",
                                                "-g MESSAGE --case-sensitive=no",
                                                "_TRANSPORT=stdout _TRANSPORT=kernel"};

inline constexpr const char* kMixedWindows[] = {
    "",      "-S {epoch:30}",   "-U {epoch:70}", "-S {epoch:20} -U {epoch:80}", "-b {boot:0}",
    "-b -1", "-c '{cursor:40}'"};

inline constexpr const char* kMixedOrders[] = {"{few}", "{n:7}", "-r {few}", "-r -n 6",
                                               "-n all -q {few}"};

inline constexpr const char* kMixedFormats[] = {"-o short-unix",
                                                "-o json",
                                                "-o cat",
                                                "-o with-unit --utc",
                                                "-o export -a",
                                                "-o verbose --output-fields=MESSAGE,PRIORITY",
                                                "-o short-iso-precise --no-hostname",
                                                "$TZ=Asia/Tokyo -o short-full",
                                                "$SYSTEMD_COLORS=1 --no-full",
                                                "-o short-delta",
                                                "-o json-seq --utc",
                                                "$LC_ALL=C -a",
                                                "-o short-monotonic -W"};

inline std::vector<std::string> mixture_invocations() {
  constexpr std::size_t kCount =
      std::size(kMixedFilters) * std::size(kMixedWindows);  // every such pair once
  std::vector<std::string> mixtures;
  for (std::size_t i = 0; i < kCount; ++i) {
    mixtures.push_back(std::string(kMixedFilters[i % std::size(kMixedFilters)]) + " " +
                       kMixedWindows[i % std::size(kMixedWindows)] + " " +
                       kMixedOrders[i % std::size(kMixedOrders)] + " " +
                       kMixedFormats[i % std::size(kMixedFormats)]);
  }
  return mixtures;
}

}  // namespace logq::test
