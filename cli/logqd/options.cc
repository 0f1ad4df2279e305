#include "logqd/options.h"

#include <string_view>

#include "common/option_table.h"

namespace logq::cli {
namespace {

using Command = LogqdOptions::Command;
using Value = std::optional<std::string_view>;

template <std::string collect::CollectorOptions::*kMember>
Outcome<void> set_directory(LogqdOptions& options, Value value) {
  options.collector.*kMember = *value;
  return {};
}

Outcome<void> set_config(LogqdOptions& options, Value value) {
  options.config_path = *value;
  return {};
}

Outcome<void> set_namespace(LogqdOptions& options, Value value) {
  constexpr std::string_view kAllowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:_.-";
  // It becomes part of directory names.
  if (value->empty() || value->size() > 200 ||
      value->find_first_not_of(kAllowed) != std::string_view::npos) {
    return failure("not a namespace: " + std::string(*value));
  }
  options.collector.log_namespace = *value;
  return {};
}

template <Command kCommand>
Outcome<void> set_command(LogqdOptions& options, Value /*value*/) {
  options.command = kCommand;
  return {};
}

constexpr Option<LogqdOptions> kOptions[] = {
    {{0, "runtime-dir", Argument::kRequired, "DIR", "Make sockets and working files here"},
     &set_directory<&collect::CollectorOptions::runtime_dir>},
    {{0, "storage-dir", Argument::kRequired, "DIR", "Keep journal files here"},
     &set_directory<&collect::CollectorOptions::storage_dir>},
    {{0, "config", Argument::kRequired, "FILE", "Read settings (journald.conf syntax) from FILE"},
     &set_config},
    {{0, "namespace", Argument::kRequired, "NAME", "Collect for this journal namespace"},
     &set_namespace},
    {{'h', "help", Argument::kNone, "", "Show this help"}, &set_command<Command::kHelp>},
    {{0, "version", Argument::kNone, "", "Show the version"}, &set_command<Command::kVersion>},
};

tl::unexpected<Failure> usage_failure(const std::string& what) {
  return tl::unexpected<Failure>({ExitStatus::kUsage, what + " (try logqd --help)"});
}

}  // namespace

Outcome<LogqdOptions> parse_logqd_options(int argc, char** argv) {
  LogqdOptions options;
  const auto positional = apply_command_line(kOptions, argc, argv, options);
  if (!positional) return usage_failure(positional.error().message);
  if (!positional->empty()) return usage_failure("unexpected argument: " + positional->front());
  return options;
}

std::string logqd_help() {
  return "logqd [OPTIONS...]\n\n"
         "Collects log messages by journald's protocols into journal files.\n\n" +
         describe_options(specs_of(kOptions)) +
         "\nSettings: with --config=FILE those of FILE and FILE.d/*.conf. Without it those of\n"
         "systemd/journald.conf and logq/logqd.conf in /etc, /run, /usr/local/lib, /usr/lib, each\n"
         "with its .conf.d/*.conf (journald@NAME.conf, logqd@NAME.conf with --namespace=NAME), or\n"
         "none at all with --runtime-dir. See docs/configuration.md.\n";
}

}  // namespace logq::cli
