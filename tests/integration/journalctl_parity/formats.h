// Command lines about how entries are printed. See harness.h for the notation.
#pragma once

#include <string>
#include <vector>

namespace logq::test {

inline constexpr const char* kOutputModes[] = {
    "short",         "short-full",      "short-iso",   "short-iso-precise",
    "short-precise", "short-monotonic", "short-delta", "short-unix",
    "with-unit",     "verbose",         "export",      "json",
    "json-pretty",   "json-sse",        "json-seq",    "cat"};

// Every mode alone and with each of these; {few}, because whole outputs are compared once.
inline constexpr const char* kFormatFlags[] = {
    "-a {few}",
    "--no-full {few}",
    "--utc {few}",
    "--no-hostname -q {few}",
    "-r -n 40",
    "--output-fields=MESSAGE,PRIORITY,_PID,FOO,NOPE {few}",
    "$SYSTEMD_COLORS=1 {few}",
    "-x {few}",
};

inline std::vector<std::string> mode_invocations() {
  std::vector<std::string> invocations;
  for (const std::string mode : kOutputModes)
    invocations.push_back("-o " + mode);
  return invocations;
}

inline std::vector<std::string> mode_and_flag_invocations() {
  std::vector<std::string> invocations;
  for (const std::string flags : kFormatFlags) {
    for (const std::string mode : kOutputModes)
      invocations.push_back("-o " + mode + " " + flags);
  }
  return invocations;
}

inline constexpr const char* kFormatInvocations[] = {
    "",
    "-q",
    "-a",
    "-l {few}",
    "--full {few}",
    "--no-full {few}",
    "--no-full -a {few}",
    "--no-full -o verbose -a {few}",
    "$COLUMNS=40 --no-full {few}",
    "$COLUMNS=200 --no-full {few}",
    "$COLUMNS=40 --no-full -o verbose {few}",
    "$COLUMNS=30 --no-full -o with-unit {few}",
    "-W {few}",
    "--no-hostname -o with-unit {few}",
    "--no-hostname -o short-monotonic {few}",
    "--utc",
    "--utc -o short-full {few}",
    "--utc -o verbose {few}",
    "--utc -o with-unit {few}",
    "-o short-iso --utc {few}",
    "-o cat --output-fields=MESSAGE {few}",
    "-o cat --output-fields=PRIORITY,MESSAGE {few}",
    "-o cat --output-fields=FOO,PRIORITY -a {few}",
    "-o cat --output-fields=NOPE {few}",
    "-o verbose --output-fields=FOO,TAG {few}",
    "-o verbose --output-fields= {few}",
    "-o verbose --output-fields=MESSAGE --output-fields=PRIORITY {few}",
    "-o export --output-fields=_BOOT_ID {few}",
    "-o json --output-fields=__CURSOR,MESSAGE {few}",
    "-o json --output-fields=MESSAGE,MESSAGE -a {few}",
    "-o json-pretty -a {few}",
    "-o short --output-fields=PRIORITY {few}",
    "-o verbose -a {few}",
    "-o cat -a {few}",
    "-o json -a",
    "-o export -a",
    "-o short-delta -r {few}",
    "-o short-delta --utc -n 30",
    "-o short-monotonic -r -n 30",
    "$TZ=UTC -o short-full -n 50",
    "$TZ=Asia/Kathmandu -o short-iso -n 50",
    "$TZ=America/St_Johns -o short-iso-precise -n 50",
    "$TZ=America/New_York -o short-full -n 50",
    "$TZ=Europe/Berlin -o with-unit -n 50",
    "$TZ=Europe/London -o verbose -n 50",
    "$TZ=:Asia/Tokyo -o short -n 50",
    "$TZ=EST5EDT -o short-full -n 50",
    "$TZ=Nowhere/At_All -o short-full -n 50",
    "$TZ= -o short-full -n 50",
    "$LC_ALL=C -o short {few}",
    "$LC_ALL=C -o short-full {few}",
    "$LC_ALL=C -o json {few}",
    "$SYSTEMD_COLORS=1 -a {few}",
    "$SYSTEMD_COLORS=1 --no-full {few}",
    "$SYSTEMD_COLORS=16 {few}",
    "$SYSTEMD_COLORS=256 {few}",
    "$SYSTEMD_COLORS=yes -o short-precise {few}",
    "$SYSTEMD_COLORS=1 -r -n 100",
    "$SYSTEMD_COLORS=1 -p 4 {few}",
    "$SYSTEMD_COLORS=1 -o verbose -a {few}",
    "$SYSTEMD_COLORS=1 -g e {few}",
    "$SYSTEMD_COLORS=1 -g '[0-9]+' -o cat {few}",
    "$SYSTEMD_COLORS=1 -g 'e' -o verbose {few}",
    "$SYSTEMD_COLORS=1 -g 'line' -o with-unit",
    "$SYSTEMD_COLORS=1 --header",
    "$SYSTEMD_COLORS=1 -n 3 --show-cursor",
    "$SYSTEMD_COLORS=1 $SYSTEMD_URLIFY=1 {few}",
    "$SYSTEMD_COLORS=0 {few}",
    "-x",
    "-x -q -a",
    "-x --utc -r {few}",
    "-x $LC_ALL=C -n 100",
    "-x $SYSTEMD_COLORS=1 {few}",
    "-x $SYSTEMD_COLORS=16 $SYSTEMD_URLIFY=0 {few}",
    "-x --no-full $COLUMNS=40 {few}",
    "-x -o verbose --output-fields=MESSAGE {few}",
    "-x -o cat -n 100",
    "-o help",
    "-o short-iso -o cat -n 5",
    "--output=json -n 1",
    "--output json -n 1",
    "-ojson -n 1",
    "-o cat -n 1 -q",
    "--show-cursor -n 2",
    "--show-cursor -o cat -n 2",
    "--show-cursor -o json -n 2",
    "--show-cursor -o export -n 2",
    "--show-cursor -r -n 2",
    "--show-cursor -n 0",
    "--show-cursor -q -n 2",
};

}  // namespace logq::test
