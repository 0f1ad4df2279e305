// A program's options as one constant table, which feeds getopt_long (with its abbreviations and
// permutation) and --help alike.
//
//   constexpr Option<Options> kOptions[] = {
//       {{'u', "unit", Argument::kRequired, "UNIT", "Show this unit"}, &apply_unit}, ...
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/exit_status.h"

namespace logq::cli {

enum class Argument : std::uint8_t {
  kNone,
  kRequired,
  kOptional,
  kOptionalOfLong,  ///< --help=all, but -hq are two options
};

constexpr bool is_optional(Argument argument) {
  return argument == Argument::kOptional || argument == Argument::kOptionalOfLong;
}

// Whether --help names it, or only --help=all.
enum class Mention : std::uint8_t {
  kInAll,
  kDaily,  ///< what is used every day: the page must fit on one screen
};

// What its argument names, for completion by a shell.
enum class Names : std::uint8_t {
  kNothing,  ///< nothing that could be listed
  kDirectory,
  kFile,
  kUnit,
  kUserUnit,
  kIdentifier,
  kBoot,
  kInvocation,
  kNamespace,
  kField,
  kFieldList,
  kPriorityRange,
  kFacilityList,
  kOutputMode,
  kTime,
  kBoolean,
  kHelpPage,
};

struct OptionSpec {
  char short_name = 0;  // 0: only a long name
  const char* long_name = nullptr;
  Argument argument = Argument::kNone;
  const char* placeholder = "";
  const char* help = "";
  // For kOptional: whether the next word of the command line is meant as the argument.
  bool (*takes_next_word)(std::string_view word) = nullptr;
  // The heading it stands under in --help; options of one group stand together in the table.
  // "" for a program with few options; nullptr for an option that --help does not mention.
  const char* group = "";
  Mention mention = Mention::kInAll;
  Names names = Names::kNothing;
};

template <typename Options>
struct Option {
  OptionSpec spec;
  // `value` is empty where there is no argument.
  Outcome<void> (*apply)(Options& options, std::optional<std::string_view> value);
};

struct ParsedOption {
  std::size_t index = 0;  // in the table
  std::optional<std::string_view> value;
};

struct ScannedLine {
  std::vector<ParsedOption> options;
  std::vector<std::string> positional;
  bool after_dashes = false;  // with kOptionsFirst: "--" stood before the positional ones
};

// Where options may stand: anywhere, or only before the first argument that is none, for a command
// line that goes on with that of another program.
enum class Order : std::uint8_t { kAnywhere, kOptionsFirst };

// Takes a command line apart. Views point into `argv`. Uses getopt's global state: one thread only.
Outcome<ScannedLine> scan_command_line(std::span<const OptionSpec> specs,
                                       int argc,
                                       char** argv,
                                       Order order = Order::kAnywhere);

// "lines[=N]": the long name with its argument.
std::string option_usage(const OptionSpec& spec);

// Its line in --help, with what it does from this column on.
std::string describe_option(const OptionSpec& spec, std::size_t column);

// The lines of --help about the options, under the headings of their groups.
std::string describe_options(std::span<const OptionSpec> specs);

template <typename Options>
std::vector<OptionSpec> specs_of(std::span<const Option<Options>> table) {
  std::vector<OptionSpec> specs;
  for (const Option<Options>& option : table)
    specs.push_back(option.spec);
  return specs;
}

template <typename Options, std::size_t N>
std::vector<OptionSpec> specs_of(const Option<Options> (&table)[N]) {
  return specs_of(std::span<const Option<Options>>(table));
}

// Applies the options of the command line in order; yields the positional arguments.
template <typename Options>
Outcome<std::vector<std::string>> apply_command_line(std::span<const Option<Options>> table,
                                                     int argc,
                                                     char** argv,
                                                     Options& options,
                                                     Order order = Order::kAnywhere) {
  Outcome<ScannedLine> line = scan_command_line(specs_of(table), argc, argv, order);
  if (!line) return tl::unexpected<Failure>(line.error());
  for (const ParsedOption& parsed : line->options) {
    const Outcome<void> applied = table[parsed.index].apply(options, parsed.value);
    if (!applied) return tl::unexpected<Failure>(applied.error());
  }
  return std::move(line->positional);
}

template <typename Options, std::size_t N>
Outcome<std::vector<std::string>> apply_command_line(const Option<Options> (&table)[N],
                                                     int argc,
                                                     char** argv,
                                                     Options& options,
                                                     Order order = Order::kAnywhere) {
  return apply_command_line(std::span<const Option<Options>>(table), argc, argv, options, order);
}

}  // namespace logq::cli
