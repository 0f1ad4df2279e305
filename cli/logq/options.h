// What the command line of logq asks for, by subject. Plain data; option_table.h says which option
// fills what, option_rules.h which of them go together.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/exit_status.h"
#include "query/filter.h"
#include "query/output_format.h"
#include "query/where.h"

namespace logq::cli {

enum class Command : std::uint8_t {
  kShow,
  kHelp,
  kVersion,
  kOutputHelp,    // -o help
  kFacilityHelp,  // --facility=help
  kFieldNames,
  kFieldValues,
  kListBoots,
  kListInvocations,
  kListNamespaces,
  kHeader,
  kDiskUsage,
  kVerify,
  kVacuum,
  kSync,
  kRotate,
  kFlush,
  kRelinquishVar,
  kSmartRelinquishVar,
  kCollectorStatus,
  kNewId,
};

struct SourceOptions {
  std::optional<std::string> directory;  // -D
  std::vector<std::string> files;        // -i, globs already expanded
  bool standard_input = false;           // -i -
  std::optional<std::string> root;
  std::string machine;        // -M; "" for none
  std::string log_namespace;  // NS, "+NS" (with the default one) or "*"
  bool merge = false;         // of all machines
  bool system = false;        // neither: all files; both: those of either
  bool user = false;

  [[nodiscard]] bool is_named() const {
    return directory.has_value() || !files.empty() || standard_input || root.has_value() ||
           !machine.empty();
  }
};

// Which part of the journal.
struct RangeOptions {
  std::optional<std::uint64_t> since_usec;  // header realtime, inclusive both
  std::optional<std::uint64_t> until_usec;
  std::optional<std::string> boot;        // the argument of -b, "" for none; "all" is a choice too
  std::optional<std::string> invocation;  // the argument of -I
  std::optional<std::string> cursor;
  std::optional<std::string> after_cursor;
  std::string cursor_file;
};

struct GrepOptions {
  std::optional<std::string> pattern;
  std::optional<bool> case_sensitive;
};

struct WhereOptions {
  std::shared_ptr<const query::Where> asked;  // all --where together; nothing: none
  bool explain = false;
};

struct DisplayOptions {
  query::OutputMode mode = query::OutputMode::kShort;
  query::FormatOptions format;
  std::optional<std::uint64_t> lines;  // -n; nothing: all of them
  bool lines_given = false;            // -n all counts
  bool lines_from_head = false;        // -n +N
  bool reverse = false;
  bool follow = false;
  bool no_tail = false;
  bool synchronize_on_exit = false;  // when following ends
  bool quiet = false;
  bool show_cursor = false;
  bool catalog = false;
  bool pager = true;
  bool pager_end = false;  // -e
};

struct VacuumOptions {
  std::uint64_t max_bytes = 0;  // 0: no such limit, all three
  std::uint64_t max_files = 0;
  std::uint64_t max_age_usec = 0;
};

struct Options {
  Command command = Command::kShow;
  SourceOptions source;
  query::Filter filter;
  RangeOptions range;
  GrepOptions grep;
  WhereOptions where;
  DisplayOptions display;
  VacuumOptions vacuum;
  std::string field;          // -F
  bool rotate_first = false;  // --rotate with --vacuum-*
  std::string runtime_dir;    // of the collector that is asked or told something; "": the usual
};

// Takes the command line apart and checks the combination too. A failure's message is fit for the
// user. Reads the clock for relative times.
Outcome<Options> parse_options(int argc, char** argv);

// The text of --help.
std::string help_text();

}  // namespace logq::cli
