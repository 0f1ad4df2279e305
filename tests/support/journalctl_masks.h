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
// - values of -F behind a NUL, at which 252 ends a line;
// - the order of files in --header and --verify, which is that of a hash table in journalctl;
// - of --verify what is wrong with a file: compared is which files pass and which fail;
// - "Rotate suggested" in --header, which newer versions say of each file with an older header.
// What 252 knows by another name or does only in another way is asked of it in that way:
// - -W, short for --no-hostname since 259;
// - -n +N with -S, where 252 takes -n N for the first ones;
// - --list-boots --utc, where 252 heeds TZ only.
// The set of a real machine has damaged files. There 252 loses entries when it goes backward along
// a match, ends a list of fields at the first damage, and finds three of the four boots: these are
// compared over the intact files of that set. 252 gives the boots of a machine without a clock
// later beginnings than their first entries have; --list-boots is compared over the other sets.
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

// --header with its files sorted; the verdicts of --verify, sorted.
std::string mask_header(std::string_view text);
std::string mask_verdicts(std::string_view text);

// What `logq ARGUMENTS...` or `journalctl ARGUMENTS...` printed, masked as the arguments ask for.
std::string masked_output(const std::vector<std::string>& arguments, const std::string& out);

// The same command line for journalctl 252.
std::vector<std::string> arguments_for_252(std::vector<std::string> arguments);

// Whether 252 finds all there is to find in damaged files too, see above.
bool copes_with_damage(const std::vector<std::string>& arguments);

// TZ for journalctl 252.
std::string zone_for_252(const std::vector<std::string>& arguments, const std::string& zone);

// COLUMNS for journalctl 252, whose short-iso has a narrower zone and thus room for more.
std::size_t columns_for_252(const std::vector<std::string>& arguments, std::size_t columns);

}  // namespace logq::test
