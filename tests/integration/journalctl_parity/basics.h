// Command lines that everyone uses. See harness.h for the notation.
#pragma once

namespace logq::test {

inline constexpr const char* kBasicInvocations[] = {
    "",
    "-o short",
    "-o cat",
    "-o json",
    "-o export",
    "-a",
    "-a -o cat",
    "-a -o json",
    "-a -o export",
    "-q",
    "-r",
    "-r -o export",
    "-r -o cat -n 7",
    "--utc",
    "-n",
    "-n3",
    "-n 0",
    "-n all",
    "-n 5 -r",
    "-n 2 --show-cursor",
    "-p err",
    "-p warning..emerg -o export",
    "-t prio -t user -r",
    "-t nothing",
    "-t nothing -o json",
    "-u foo",
    "-u 'h*' -o cat",
    "-u hello -n 2",
    "_UID=1000 -r -n 20 -o json",
    "PRIORITY=3 + PRIORITY=5 _UID=0 -n 3",
};

}  // namespace logq::test
