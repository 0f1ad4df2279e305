// The one list of what may differ between the output of logq and of journalctl 252.
//
// logq prints what the newest journalctl prints. Compared with 252 this hides, and nothing else:
// - __SEQNUM and __SEQNUM_ID in export and JSON, which journalctl has since 254;
// - the order of members in a JSON object, which is that of a hash table in journalctl;
// - the colon in the zone of short-iso and short-iso-precise (+01:00), there since 255, and the
//   column that it takes;
// - the colours of time, cursor and trusted fields in verbose, which 252 does not have;
// - the order of lines of -N and -F, and of the fields of `-o cat --output-fields=`, which is that
//   of hash tables in journalctl.
// An option that 252 knows by another name only is given to it by that name:
// - -W, short for --no-hostname since 259.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace logq::test {

// Export Format without the two lines where they stand: after the timestamps at an entry's head.
std::string mask_export(std::string_view text);

// Each JSON object with its members sorted, and without the two; what stands between members and
// between objects is kept, so that all of json, json-pretty, json-sse and json-seq are told apart.
std::string mask_json(std::string_view text);

// short-iso with the zone written +0100, and continuation lines indented accordingly.
std::string mask_iso_zone(std::string_view text);

// verbose with the colour of MESSAGE only.
std::string mask_verbose_colours(std::string_view text);

// The lines of a text, sorted.
std::string mask_line_order(std::string_view text);

// What `logq ARGUMENTS...` or `journalctl ARGUMENTS...` printed, masked as the arguments ask for.
std::string masked_output(const std::vector<std::string>& arguments, const std::string& out);

// The same command line for journalctl 252.
std::vector<std::string> arguments_for_252(std::vector<std::string> arguments);

// COLUMNS for journalctl 252, whose short-iso has a narrower zone and thus room for more.
std::size_t columns_for_252(const std::vector<std::string>& arguments, std::size_t columns);

}  // namespace logq::test
