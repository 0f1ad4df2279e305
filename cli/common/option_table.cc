#include "common/option_table.h"

#include <getopt.h>

#include "common/nearest.h"

namespace logq::cli {
namespace {

// Long options are numbered from here, beyond every character.
constexpr int kFirstNumber = 256;
constexpr std::size_t kHelpColumn = 29;

int getopt_argument(Argument argument) {
  switch (argument) {
    case Argument::kNone:
      return no_argument;
    case Argument::kRequired:
      return required_argument;
    case Argument::kOptional:
    case Argument::kOptionalOfLong:
      break;
  }
  return optional_argument;
}

std::string short_options(std::span<const OptionSpec> specs, Order order) {
  std::string text = order == Order::kOptionsFirst ? "+" : "";
  text += ":";  // tells a missing argument from an unknown option
  for (const OptionSpec& spec : specs) {
    if (spec.short_name == 0) continue;
    text.push_back(spec.short_name);
    if (spec.argument == Argument::kRequired) text += ":";
    if (spec.argument == Argument::kOptional) text += "::";
  }
  return text;
}

std::vector<::option> long_options(std::span<const OptionSpec> specs) {
  std::vector<::option> options;
  for (std::size_t i = 0; i < specs.size(); ++i) {
    options.push_back({specs[i].long_name, getopt_argument(specs[i].argument), nullptr,
                       kFirstNumber + static_cast<int>(i)});
  }
  options.push_back({nullptr, 0, nullptr, 0});
  return options;
}

std::optional<std::size_t> find_spec(std::span<const OptionSpec> specs, int code) {
  if (code >= kFirstNumber) return static_cast<std::size_t>(code - kFirstNumber);
  for (std::size_t i = 0; i < specs.size(); ++i) {
    if (specs[i].short_name != 0 && specs[i].short_name == code) return i;
  }
  return std::nullopt;
}

// The option getopt has just complained about, as the user wrote it.
std::string offending_option(int argc, char** argv) {
  if (optopt > 0 && optopt < kFirstNumber) return "-" + std::string(1, static_cast<char>(optopt));
  return optind > 0 && optind <= argc ? argv[optind - 1] : "";
}

// The option that an unknown one is a slip of. What --help does not mention is not suggested.
std::string suggestion(std::span<const OptionSpec> specs, std::string_view name) {
  std::vector<std::string_view> names;
  for (const OptionSpec& spec : specs) {
    if (spec.group != nullptr) names.emplace_back(spec.long_name);
  }
  return did_you_mean(name, names, "--");
}

// What is wrong with the option getopt has just refused.
std::string describe_refusal(std::span<const OptionSpec> specs, int argc, char** argv) {
  const std::string option = offending_option(argc, argv);
  if (!option.starts_with("--")) return "unknown option " + option;
  const std::string_view name = std::string_view(option).substr(2, option.find('=') - 2);
  std::vector<std::string_view> meant;
  for (const OptionSpec& spec : specs) {
    const std::string_view candidate = spec.long_name;
    if (candidate == name) meant.assign(1, candidate);
    if (candidate == name) break;
    if (candidate.starts_with(name)) meant.push_back(candidate);
  }
  if (meant.empty()) return "unknown option " + option + suggestion(specs, name);
  if (meant.size() == 1) return "option --" + std::string(meant[0]) + " takes no argument";
  std::string text = "option " + option + " is ambiguous:";
  for (const std::string_view candidate : meant)
    text += " --" + std::string(candidate);
  return text;
}

std::optional<std::string_view> argument_of(const OptionSpec& spec, int argc, char** argv) {
  if (optarg != nullptr) return optarg;
  const bool may_take = spec.takes_next_word != nullptr && optind < argc;
  if (may_take && spec.takes_next_word(argv[optind])) return argv[optind++];
  return std::nullopt;
}

}  // namespace

Outcome<ScannedLine> scan_command_line(std::span<const OptionSpec> specs,
                                       int argc,
                                       char** argv,
                                       Order order) {
  const std::string short_names = short_options(specs, order);
  const std::vector<::option> long_names = long_options(specs);
  ScannedLine line;
  opterr = 0;
  optind = 0;  // glibc: begin anew
  for (;;) {
    const int next = optind == 0 ? 1 : optind;
    const int code = getopt_long(argc, argv, short_names.c_str(), long_names.data(), nullptr);
    line.after_dashes = code == -1 && optind == next + 1;
    if (code == -1) break;
    if (code == ':') {
      return failure("option " + offending_option(argc, argv) + " requires an argument");
    }
    const std::optional<std::size_t> index = find_spec(specs, code);
    if (!index) return failure(describe_refusal(specs, argc, argv));
    line.options.push_back({*index, argument_of(specs[*index], argc, argv)});
  }
  for (int i = optind; i < argc; ++i)
    line.positional.emplace_back(argv[i]);
  return line;
}

std::string describe_options(std::span<const OptionSpec> specs) {
  std::string text;
  std::string_view group;
  for (const OptionSpec& spec : specs) {
    if (spec.group == nullptr) continue;
    if (group != spec.group) {
      group = spec.group;
      text += (text.empty() ? "" : "\n") + std::string(group) + ":\n";
    }
    text += describe_option(spec, kHelpColumn);
  }
  return text;
}

std::string describe_option(const OptionSpec& spec, std::size_t column) {
  std::string line = "  ";
  line += spec.short_name != 0 ? "-" + std::string(1, spec.short_name) : "  ";
  line += " --" + option_usage(spec);
  line.append(line.size() < column ? column - line.size() : 1, ' ');
  return line + spec.help + "\n";
}

std::string option_usage(const OptionSpec& spec) {
  std::string text = spec.long_name;
  const std::string value = "=" + std::string(spec.placeholder);
  if (spec.argument == Argument::kRequired) text += value;
  if (is_optional(spec.argument)) text += "[" + value + "]";
  return text;
}

}  // namespace logq::cli
