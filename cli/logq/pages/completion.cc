#include "logq/pages/completion.h"

#include <cstdint>
#include <vector>

#include "logq/options/option_table.h"
#include "logq/pages/written_page.h"
#include "query/facility.h"
#include "query/output_mode.h"

namespace logq::cli {
namespace {

constexpr const char* kLevels = "emerg alert crit err warning notice info debug";

enum class Offers : std::uint8_t { kNamed, kElsewhere };

// The options that are offered: what is refused, or is not for people, is not.
std::vector<OptionRow> offered_rows() {
  std::vector<OptionRow> rows = option_rows();
  std::erase_if(rows, [](const OptionRow& row) {
    return row.option.spec.group == nullptr || row.parity == Parity::kNotYet;
  });
  return rows;
}

bool chooses_source(const OptionSpec& spec) {
  return std::string_view(spec.group) == kSourceGroup;
}

std::string output_modes() {
  std::string modes;
  for (const std::string_view name : query::output_mode_names())
    modes += std::string(name) + " ";
  return modes + "help";
}

std::string facilities() {
  const std::string help = query::facility_help();
  const std::string names = help.substr(help.find('\n') + 1);  // the first line is a heading
  return replace_all(std::string_view(names).substr(0, names.size() - 1), "\n", " ");
}

// The function of the script, without its prefix, that offers values, and its arguments.
std::string offering(Names names) {
  switch (names) {
    case Names::kNothing:
      break;
    case Names::kDirectory:
      return "directories";
    case Names::kFile:
      return "files";
    case Names::kUnit:
      return "units";
    case Names::kUserUnit:
      return "values _SYSTEMD_USER_UNIT";
    case Names::kIdentifier:
      return "values SYSLOG_IDENTIFIER";
    case Names::kBoot:
      return "boots";
    case Names::kInvocation:
      return "invocations";
    case Names::kNamespace:
      return "namespaces";
    case Names::kField:
      return "names";
    case Names::kFieldList:
      return "name_list";
    case Names::kPriorityRange:
      return std::string("range ") + kLevels;
    case Names::kFacilityList:
      return "list " + facilities();
    case Names::kOutputMode:
      return "words " + output_modes();
    case Names::kTime:
      return "words now today yesterday tomorrow";
    case Names::kBoolean:
      return "words yes no";
    case Names::kHelpPage:
      return "words all";
  }
  return "nothing";
}

// How it takes a value: "next" when one that need not be there may be the next word too.
std::string taking(const OptionSpec& spec) {
  if (spec.argument == Argument::kNone) return "none";
  if (spec.argument == Argument::kRequired) return "required";
  return spec.takes_next_word != nullptr ? "next" : "optional";
}

std::string short_option(const OptionSpec& spec) {
  return "-" + std::string(1, spec.short_name);
}

std::string long_option(const OptionSpec& spec) {
  return "--" + std::string(spec.long_name);
}

// "-u | --unit) takes=required source='' ;;", for bash and zsh; for bash with what it offers too.
std::string case_lines(Offers offers) {
  std::string lines;
  const auto add = [&](const std::string& name, const OptionSpec& spec, const std::string& takes) {
    lines += "    " + name + ") takes=" + takes + " source=";
    lines += chooses_source(spec) ? "yes" : "''";
    if (offers == Offers::kNamed) lines += " offer='" + offering(spec.names) + "'";
    lines += " ;;\n";
  };
  for (const OptionRow& row : offered_rows()) {
    const OptionSpec& spec = row.option.spec;
    const bool differ = spec.argument == Argument::kOptionalOfLong;
    if (differ) add(short_option(spec), spec, "none");
    const bool joined = spec.short_name != 0 && !differ;
    add((joined ? short_option(spec) + " | " : "") + long_option(spec), spec, taking(spec));
  }
  return lines;
}

std::string option_words() {
  std::string lines;
  for (const OptionRow& row : offered_rows()) {
    const OptionSpec& spec = row.option.spec;
    lines += "    ";
    if (spec.short_name != 0) lines += short_option(spec) + " ";
    lines += long_option(spec) + (spec.argument == Argument::kRequired ? "=\n" : "\n");
  }
  return lines;
}

std::string in_quotes(std::string_view text) {
  return "'" + replace_all(text, "'", "'\\''") + "'";
}

// Text between the brackets and colons of _arguments.
std::string zsh_text(std::string_view text) {
  std::string escaped = replace_all(text, "\\", "\\\\");
  for (const char* const special : {"[", "]", ":"})
    escaped = replace_all(escaped, special, std::string("\\") + special);
  return escaped;
}

// The function that offers values, whose own arguments stand behind a "-": those of compadd come
// first.
std::string zsh_offering(Names names) {
  const std::string offered = "_logq_" + offering(names);
  const std::size_t blank = offered.find(' ');
  if (blank == std::string::npos) return offered;
  return offered.substr(0, blank) + " -" + offered.substr(blank);
}

// What follows the name of an option in _arguments.
std::string zsh_description(const OptionSpec& spec) {
  const std::string help = "[" + zsh_text(spec.help) + "]";
  if (spec.argument == Argument::kNone) return help;
  const bool offers = spec.names != Names::kNothing;
  return help + (is_optional(spec.argument) ? "::" : ":") + zsh_text(spec.placeholder) + ":" +
         (offers ? zsh_offering(spec.names) : " ");
}

// The names as _arguments wants them: "-u+" and "--unit=" for a value here or in the next word,
// "-I-" and "--invocation=-" for one that is only here.
std::string zsh_short(const OptionSpec& spec) {
  const std::string takes = taking(spec);
  return short_option(spec) + (takes == "none" ? "" : takes == "optional" ? "-" : "+");
}

std::string zsh_long(const OptionSpec& spec) {
  const std::string takes = taking(spec);
  return long_option(spec) + (takes == "none" ? "" : takes == "optional" ? "=-" : "=");
}

std::string zsh_lines() {
  std::string lines;
  const auto add = [&lines](const std::string& specification) {
    lines += "    " + specification + " \\\n";
  };
  for (const OptionRow& row : offered_rows()) {
    const OptionSpec& spec = row.option.spec;
    const std::string described = zsh_description(spec);
    if (spec.argument == Argument::kOptionalOfLong) {
      add(in_quotes(short_option(spec) + "[" + zsh_text(spec.help) + "]"));
      add(in_quotes(zsh_long(spec) + described));
    } else if (spec.short_name == 0) {
      add(in_quotes("*" + zsh_long(spec) + described));
    } else {
      add("'*'{" + zsh_short(spec) + "," + zsh_long(spec) + "}" + in_quotes(described));
    }
  }
  return lines;
}

std::string fish_quotes(std::string_view text) {
  return "'" + replace_all(replace_all(text, "\\", "\\\\"), "'", "\\'") + "'";
}

// A branch of `switch` for each option that chooses the source or takes a value.
std::string fish_table() {
  std::string lines;
  for (const OptionRow& row : offered_rows()) {
    const OptionSpec& spec = row.option.spec;
    if (!chooses_source(spec) && spec.argument == Argument::kNone) continue;
    lines += "        case ";
    if (spec.short_name != 0) lines += short_option(spec) + " ";
    lines += long_option(spec) + "\n            echo " + taking(spec) +
             (chooses_source(spec) ? " source\n" : " other\n");
  }
  return lines;
}

std::string fish_line(const OptionSpec& spec) {
  std::string line = "complete -c logq";
  if (spec.short_name != 0) line += " -s " + std::string(1, spec.short_name);
  line += " -l " + std::string(spec.long_name);
  const bool is_file = spec.names == Names::kFile;
  if (spec.argument == Argument::kRequired) line += is_file ? " -r -F" : " -r -f";
  if (!is_file && spec.names != Names::kNothing) {
    line += " -a " + fish_quotes("(__logq_" + offering(spec.names) + ")");
  }
  return line + " -d " + fish_quotes(spec.help) + "\n";
}

std::string fish_lines() {
  std::string lines;
  for (const OptionRow& row : offered_rows()) {
    const OptionSpec& spec = row.option.spec;
    lines += fish_line(spec);
    const bool may_be_next = spec.takes_next_word != nullptr && spec.names != Names::kNothing;
    if (!may_be_next) continue;
    lines += "complete -c logq -n " +
             fish_quotes("__logq_is_behind " + short_option(spec) + " " + long_option(spec)) +
             " -a " + fish_quotes("(__logq_" + offering(spec.names) + ")") + "\n";
  }
  return lines;
}

}  // namespace

std::string bash_completion(std::string_view written) {
  return fill_mark(fill_mark(written, "@TABLE@", case_lines(Offers::kNamed)), "@WORDS@",
                   option_words());
}

std::string zsh_completion(std::string_view written) {
  return fill_mark(fill_mark(written, "@TABLE@", case_lines(Offers::kElsewhere)), "@OPTIONS@",
                   zsh_lines());
}

std::string fish_completion(std::string_view written) {
  return fill_mark(fill_mark(written, "@TABLE@", fish_table()), "@OPTIONS@", fish_lines());
}

std::optional<std::string> completion_for(std::string_view shell, std::string_view written) {
  if (shell == "bash") return bash_completion(written);
  if (shell == "zsh") return zsh_completion(written);
  if (shell == "fish") return fish_completion(written);
  return std::nullopt;
}

}  // namespace logq::cli
