#include "logqd/options.h"

#include <getopt.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

namespace logq::cli {
namespace {

struct Option {
  const char* name;
  const char* value;  // how --help calls the value; null when there is none
  const char* help;
  void (*apply)(const char* value, LogqdOptions& options);
};

void set_namespace(const char* value, LogqdOptions& options) {
  constexpr std::string_view kAllowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:_.-";
  options.collector.log_namespace = value;
  const std::string& name = options.collector.log_namespace;
  // It becomes part of directory names.
  if (name.empty() || name.size() > 200 || name.find_first_not_of(kAllowed) != std::string::npos) {
    options.complaint = "not a namespace: " + name;
  }
}

constexpr std::array kOptions = {
    Option{"runtime-dir", "DIR", "Make sockets and working files here",
           [](const char* value, LogqdOptions& options) { options.collector.runtime_dir = value; }},
    Option{"storage-dir", "DIR", "Keep journal files here",
           [](const char* value, LogqdOptions& options) { options.collector.storage_dir = value; }},
    Option{"config", "FILE", "Read settings (journald.conf syntax) from FILE",
           [](const char* value, LogqdOptions& options) { options.config_path = value; }},
    Option{"namespace", "NAME", "Collect for this journal namespace", &set_namespace},
    Option{
        "help", nullptr, "Show this help",
        [](const char*, LogqdOptions& options) { options.action = LogqdOptions::Action::kHelp; }},
    Option{"version", nullptr, "Show the version",
           [](const char*, LogqdOptions& options) {
             options.action = LogqdOptions::Action::kVersion;
           }},
};

std::vector<option> long_options() {
  std::vector<option> table;
  for (const Option& entry : kOptions) {
    const int argument = entry.value == nullptr ? no_argument : required_argument;
    table.push_back({entry.name, argument, nullptr, 0});
  }
  table.push_back({nullptr, 0, nullptr, 0});
  return table;
}

}  // namespace

LogqdOptions parse_logqd_options(int argc, char** argv) {
  LogqdOptions options;
  const std::vector<option> table = long_options();
  opterr = 0;
  int index = 0;
  for (int code = 0; options.complaint.empty(); index = 0) {
    code = ::getopt_long(argc, argv, ":h", table.data(), &index);
    if (code == -1) break;
    if (code == 'h') {
      options.action = LogqdOptions::Action::kHelp;
    } else if (code != 0) {
      options.complaint = std::string(code == ':' ? "value missing: " : "unknown option: ") +
                          argv[std::max(optind - 1, 1)];
    } else {
      kOptions[static_cast<std::size_t>(index)].apply(optarg, options);
    }
  }
  if (options.complaint.empty() && optind < argc) {
    options.complaint = std::string("unexpected argument: ") + argv[optind];
  }
  return options;
}

std::string logqd_help() {
  std::string text =
      "logqd [OPTIONS...]\n\nCollects log messages by journald's protocols into journal files.\n\n";
  for (const Option& entry : kOptions) {
    std::string left = std::string("     --") + entry.name;
    if (entry.value != nullptr) left.append("=").append(entry.value);
    left.resize(std::max<std::size_t>(left.size() + 1, 28), ' ');
    text += left + entry.help + "\n";
  }
  return text;
}

}  // namespace logq::cli
