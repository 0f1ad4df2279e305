#include "logq/options.h"

#include "logq/option_rules.h"
#include "logq/option_table.h"

namespace logq::cli {
namespace {

std::vector<Option<Options>> all_options() {
  std::vector<Option<Options>> options;
  for (const OptionRow& row : option_rows())
    options.push_back(row.option);
  return options;
}

}  // namespace

Outcome<Options> parse_options(int argc, char** argv) {
  Options options;
  const std::vector<Option<Options>> table = all_options();
  Outcome<std::vector<std::string>> positional =
      apply_command_line(std::span<const Option<Options>>(table), argc, argv, options);
  if (!positional) return tl::unexpected<Failure>(positional.error());
  options.filter.terms = std::move(*positional);
  const bool is_help = options.command == Command::kHelp || options.command == Command::kVersion ||
                       options.command == Command::kOutputHelp ||
                       options.command == Command::kFacilityHelp;
  if (is_help) return options;
  if (const Outcome<void> checked = check_options(options); !checked) {
    return tl::unexpected<Failure>(checked.error());
  }
  apply_implications(options);
  return options;
}

std::string help_text() {
  const std::vector<Option<Options>> table = all_options();
  return "logq [OPTIONS...] [FIELD=VALUE...] [+ FIELD=VALUE...]\n\n"
         "Reads systemd journal files: journalctl's command line.\n\n" +
         describe_options(specs_of(std::span<const Option<Options>>(table)));
}

}  // namespace logq::cli
