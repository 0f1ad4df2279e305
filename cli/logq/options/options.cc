#include "logq/options/options.h"

#include <algorithm>

#include "logq/options/option_rules.h"
#include "logq/options/option_table.h"

namespace logq::cli {
namespace {

std::vector<Option<Options>> all_options() {
  std::vector<Option<Options>> options;
  for (const OptionRow& row : option_rows())
    options.push_back(row.option);
  return options;
}

bool asks_for_help(Command command) {
  return command == Command::kHelp || command == Command::kHelpAll ||
         command == Command::kVersion || command == Command::kOutputHelp ||
         command == Command::kFacilityHelp;
}

constexpr const char* kUsage = "logq [OPTIONS...] [FIELD=VALUE...] [+ FIELD=VALUE...]\n\n";

// What stands below the options on the short page.
constexpr const char* kMore =
    "\n"
    "FIELD=VALUE: entries with this field. Two fields: both; twice the same: either;\n"
    "with + between: or. -N lists the fields, -F FIELD the values of one.\n"
    "More: logq --help=all, man logq\n";

// Where the help of the short page begins, narrow enough for all of its options.
std::size_t daily_column() {
  constexpr std::size_t kBeforeName = 7;  // "  -u --"
  std::size_t longest = 0;
  for (const OptionRow& row : option_rows()) {
    const std::size_t length = option_usage(row.option.spec).size();
    if (row.option.spec.mention == Mention::kDaily) longest = std::max(longest, length);
  }
  return kBeforeName + longest + 2;
}

}  // namespace

Outcome<Options> parse_options(int argc, char** argv) {
  Options options;
  const std::vector<Option<Options>> table = all_options();
  Outcome<std::vector<std::string>> positional =
      apply_command_line(std::span<const Option<Options>>(table), argc, argv, options);
  if (!positional) return tl::unexpected<Failure>(positional.error());
  options.filter.terms = std::move(*positional);
  if (asks_for_help(options.command)) return options;
  if (const Outcome<void> checked = check_options(options); !checked) {
    return tl::unexpected<Failure>(checked.error());
  }
  apply_implications(options);
  return options;
}

std::string help_text() {
  std::string text = kUsage;
  const std::size_t column = daily_column();
  for (const OptionRow& row : option_rows()) {
    if (row.option.spec.mention == Mention::kDaily)
      text += describe_option(row.option.spec, column);
  }
  return text + kMore;
}

std::string full_help_text() {
  const std::vector<Option<Options>> table = all_options();
  return std::string(kUsage) + "Reads systemd journal files: journalctl's command line.\n\n" +
         describe_options(specs_of(std::span<const Option<Options>>(table)));
}

}  // namespace logq::cli
