#include "logq/pages/man_page.h"

#include "logq/options/option_table.h"
#include "logq/pages/written_page.h"

namespace logq::cli {
namespace {

// Text within a line, as roff reads it. A hyphen that people copy is a minus.
std::string roff(std::string_view text) {
  return replace_all(replace_all(text, "\\", "\\e"), "-", "\\-");
}

std::string bold(std::string_view text) {
  return "\\fB" + roff(text) + "\\fR";
}

std::string italic(std::string_view text) {
  return "\\fI" + roff(text) + "\\fR";
}

// "-u, --unit=UNIT" with its names in bold.
std::string tagged_names(const OptionSpec& spec) {
  std::string line;
  if (spec.short_name != 0) line = bold("-" + std::string(1, spec.short_name)) + ", ";
  line += bold("--" + std::string(spec.long_name));
  const std::string value = "=" + italic(spec.placeholder);
  if (spec.argument == Argument::kRequired) line += value;
  if (is_optional(spec.argument)) line += "[" + value + "]";
  return line;
}

}  // namespace

std::string man_page(std::string_view written) {
  std::string options;
  std::string_view group;
  for (const OptionRow& row : option_rows()) {
    const OptionSpec& spec = row.option.spec;
    if (spec.group == nullptr || row.parity == Parity::kNotYet) continue;
    if (group != spec.group) {
      group = spec.group;
      options += ".SS " + std::string(group) + "\n";
    }
    options += ".TP\n" + tagged_names(spec) + "\n" + roff(spec.help) + ".\n";
  }
  return fill_mark(written, "@OPTIONS@", options);
}

}  // namespace logq::cli
