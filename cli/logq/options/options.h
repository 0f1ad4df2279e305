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
  kHelpAll,
  kVersion,
  kOutputHelp,    // -o help
  kFacilityHelp,  // --facility=help
  kFieldNames,
  kFieldValues,
  kCompleteMatch,
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
  kListCatalog,
  kDumpCatalog,
  kUpdateCatalog,
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
  std::vector<std::string> patterns;  // -g, any of which is to be found
  std::optional<bool> case_sensitive;
  std::vector<std::string> fields;  // --grep-field; none: MESSAGE
  bool all_fields = false;          // --grep-field=*
  bool invert = false;
  // Entries shown around each that is found: those logged before it, and after it.
  std::uint64_t before = 0;
  std::uint64_t after = 0;

  [[nodiscard]] bool is_asked() const { return !patterns.empty(); }
  [[nodiscard]] bool has_context() const { return before > 0 || after > 0; }
};

struct WhereOptions {
  std::shared_ptr<const query::Where> asked;  // all --where together; nothing: none
  bool explain = false;
};

// What is made of the entries instead of showing them.
struct AggregateOptions {
  enum class Kind : std::uint8_t { kNone, kCount, kCountBy, kHistogram, kStats };
  Kind kind = Kind::kNone;
  bool contradicts = false;                // more than one of them was asked for
  std::vector<std::string> fields;         // of --count-by, --stats
  std::optional<std::uint64_t> span_usec;  // of --histogram; nothing: what fits
  bool csv = false;                        // -o csv
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
  AggregateOptions aggregate;
  DisplayOptions display;
  VacuumOptions vacuum;
  std::string field;          // -F, or what completion asks for
  bool rotate_first = false;  // --rotate with --vacuum-*
  std::string runtime_dir;    // of the collector that is asked or told something; "": the usual
};

// Takes the command line apart and checks the combination too. A failure's message is fit for the
// user. Reads the clock for relative times.
Outcome<Options> parse_options(int argc, char** argv);

// The text of --help, at most 24 lines of 80 columns: what is used every day.
std::string help_text();

// The text of --help=all.
std::string full_help_text();

}  // namespace logq::cli
