// What is done instead of showing entries.
#include <charconv>

#include "base/quantity.h"
#include "logq/options/option_table.h"
#include "logq/options/option_values.h"

namespace logq::cli {
namespace {

Outcome<void> apply_help(Options& options, Value value) {
  if (value && *value != "all")
    return failure("--help= knows \"all\" only: " + std::string(*value));
  options.command = value ? Command::kHelpAll : Command::kHelp;
  return {};
}

// --rotate and --vacuum-* in either order mean both.
Outcome<void> apply_rotate(Options& options, Value /*value*/) {
  if (options.command == Command::kVacuum) {
    options.rotate_first = true;
  } else {
    options.command = Command::kRotate;
  }
  return {};
}

void choose_vacuum(Options& options) {
  options.rotate_first = options.rotate_first || options.command == Command::kRotate;
  options.command = Command::kVacuum;
}

Outcome<void> apply_vacuum_size(Options& options, Value value) {
  const auto bytes = base::parse_size(*value);
  if (!bytes) return failure("not a size: " + std::string(*value));
  options.vacuum.max_bytes = *bytes;
  choose_vacuum(options);
  return {};
}

Outcome<void> apply_vacuum_files(Options& options, Value value) {
  std::uint64_t files = 0;
  const char* const end = value->data() + value->size();
  const auto result = std::from_chars(value->data(), end, files);
  if (result.ec != std::errc{} || result.ptr != end) {
    return failure("not a number of files: " + std::string(*value));
  }
  options.vacuum.max_files = files;
  choose_vacuum(options);
  return {};
}

Outcome<void> apply_vacuum_time(Options& options, Value value) {
  const auto span = base::parse_time_span(*value);
  if (!span) return failure("not a time span: " + std::string(*value));
  options.vacuum.max_age_usec = *span;
  choose_vacuum(options);
  return {};
}

Outcome<void> apply_field(Options& options, Value value) {
  options.command = Command::kFieldValues;
  options.field = *value;
  return {};
}

Outcome<void> apply_complete_match(Options& options, Value value) {
  options.command = Command::kCompleteMatch;
  options.field = *value;
  return {};
}

Outcome<void> refuse_sealing(Options& /*options*/, Value /*value*/) {
  return failure("sealing is not supported: --interval=, --verify-key=, --setup-keys and --force");
}

Outcome<void> refuse_introspection(Options& /*options*/, Value /*value*/) {
  return failure("--introspect-cli is not supported: see --help");
}

constexpr const char* kGroup = kCommandGroup;
constexpr const char* kHidden = nullptr;

constexpr const char* kSealingRemark =
    "logqd does not seal: keys that protect against who has root belong on another machine, and "
    "entries that are sent there as they come are safe sooner";

constexpr OptionRow kRows[] = {
    {{{0, "interval", Argument::kRequired, "TIME", "Not supported", nullptr, kSealingGroup},
      &refuse_sealing},
     Parity::kNotYet,
     0,
     kSealingRemark},
    {{{0, "verify-key", Argument::kRequired, "KEY", "Not supported", nullptr, kSealingGroup},
      &refuse_sealing},
     Parity::kNotYet,
     0,
     "`--verify` checks the structure of sealed files but never passes them, as journalctl without "
     "the key"},
    {{{0, "force", Argument::kNone, "", "Not supported", nullptr, kSealingGroup}, &refuse_sealing},
     Parity::kNotYet,
     0,
     kSealingRemark},
    {{{'h', "help", Argument::kOptionalOfLong, "all", "Show the daily options, or all of them",
       nullptr, kGroup, Mention::kInAll, Names::kHelpPage},
      &apply_help},
     Parity::kThere,
     0,
     "without `=all` what is used every day"},
    {{{0, "version", Argument::kNone, "", "Show the version", nullptr, kGroup},
      &apply_command<Command::kVersion>},
     Parity::kThere,
     0,
     "logq's own version"},
    {{{'N', "fields", Argument::kNone, "", "List the names of all fields", nullptr, kGroup},
      &apply_command<Command::kFieldNames>},
     Parity::kThere,
     229,
     "sorted"},
    {{{'F', "field", Argument::kRequired, "FIELD", "List all values of a field", nullptr, kGroup,
       Mention::kInAll, Names::kField},
      &apply_field}},
    {{{0, "list-boots", Argument::kNone, "", "List the boots there are entries of", nullptr,
       kGroup},
      &apply_command<Command::kListBoots>},
     Parity::kThere,
     0,
     "heeds `--utc`, which 252 does not; `-n` and `-r` since 257"},
    {{{0, "list-invocations", Argument::kNone, "", "List the invocations of a unit (-u)", nullptr,
       kGroup},
      &apply_command<Command::kListInvocations>},
     Parity::kThere,
     257},
    {{{0, "list-namespaces", Argument::kNone, "", "List the journal namespaces", nullptr, kGroup},
      &apply_command<Command::kListNamespaces>},
     Parity::kThere,
     256},
    {{{0, "disk-usage", Argument::kNone, "", "Show what the journal files take up", nullptr,
       kGroup},
      &apply_command<Command::kDiskUsage>}},
    {{{0, "vacuum-size", Argument::kRequired, "BYTES",
       "Delete archived files until this size is left", nullptr, kGroup},
      &apply_vacuum_size}},
    {{{0, "vacuum-files", Argument::kRequired, "N", "Delete archived files until N are left",
       nullptr, kGroup},
      &apply_vacuum_files}},
    {{{0, "vacuum-time", Argument::kRequired, "TIME", "Delete archived files older than this",
       nullptr, kGroup},
      &apply_vacuum_time}},
    {{{0, "verify", Argument::kNone, "", "Check journal files from end to end", nullptr, kGroup},
      &apply_command<Command::kVerify>}},
    {{{0, "sync", Argument::kNone, "", "Make the collector write everything to disk", nullptr,
       kGroup},
      &apply_command<Command::kSync>},
     Parity::kThere,
     228},
    {{{0, "relinquish-var", Argument::kNone, "",
       "Make the collector go on in volatile files and leave /var alone", nullptr, kGroup},
      &apply_command<Command::kRelinquishVar>}},
    {{{0, "smart-relinquish-var", Argument::kNone, "",
       "The same, unless /var/log/journal is on the root file system", nullptr, kGroup},
      &apply_command<Command::kSmartRelinquishVar>},
     Parity::kThere,
     243},
    {{{0, "flush", Argument::kNone, "", "Make the collector move its volatile files to disk",
       nullptr, kGroup},
      &apply_command<Command::kFlush>}},
    {{{0, "rotate", Argument::kNone, "", "Make the collector begin a new journal file", nullptr,
       kGroup},
      &apply_rotate}},
    {{{0, "collector-status", Argument::kNone, "",
       "Show how the collector does (-o json for programs)", nullptr, kGroup},
      &apply_command<Command::kCollectorStatus>},
     Parity::kOurs},
    {{{0, "header", Argument::kNone, "", "Show the headers of the journal files", nullptr, kGroup},
      &apply_command<Command::kHeader>}},
    {{{0, "list-catalog", Argument::kNone, "",
       "List what the message catalog explains (ids may follow)", nullptr, kGroup},
      &apply_command<Command::kListCatalog>},
     Parity::kThere,
     0,
     "without a database the source files are read"},
    {{{0, "dump-catalog", Argument::kNone, "",
       "Show the texts of the message catalog (ids may follow)", nullptr, kGroup},
      &apply_command<Command::kDumpCatalog>},
     Parity::kThere,
     0,
     "without a database the source files are read"},
    {{{0, "update-catalog", Argument::kNone, "", "Compile the message catalog's database anew",
       nullptr, kGroup},
      &apply_command<Command::kUpdateCatalog>}},
    {{{0, "setup-keys", Argument::kNone, "", "Not supported", nullptr, kHidden}, &refuse_sealing},
     Parity::kNotYet,
     0,
     kSealingRemark},
    {{{0, "new-id128", Argument::kNone, "", "Make up a new 128-bit id", nullptr, kHidden},
      &apply_command<Command::kNewId>},
     Parity::kThere,
     0,
     "without links to documentation"},
    {{{0, "introspect-cli", Argument::kNone, "", "Not supported", nullptr, kHidden},
      &refuse_introspection},
     Parity::kNotYet,
     262,
     "describes journalctl's own command line for tools that are made for it"},
    {{{0, "complete-match", Argument::kRequired, "WORD", "How this FIELD=VALUE can go on", nullptr,
       kHidden},
      &apply_complete_match},
     Parity::kOurs,
     0,
     "for the completion scripts of shells"},
};

}  // namespace

std::span<const OptionRow> command_option_rows() {
  return kRows;
}

}  // namespace logq::cli
