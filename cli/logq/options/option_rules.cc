#include "logq/options/option_rules.h"

#include <string>

#include "query/field_terms.h"

namespace logq::cli {
namespace {

constexpr std::uint64_t kFollowLines = 10;

Outcome<void> check_source(const SourceOptions& source) {
  const int named = (source.directory ? 1 : 0) + (source.files.empty() ? 0 : 1) +
                    (source.standard_input ? 1 : 0) + (source.root ? 1 : 0) +
                    (source.machine.empty() ? 0 : 1);
  if (named > 1) {
    return failure(
        "please specify at most one of -D/--directory=, -i/--file=, -M/--machine=, --root=");
  }
  return {};
}

Outcome<void> check_range(const RangeOptions& range) {
  if (range.since_usec && range.until_usec && *range.since_usec > *range.until_usec) {
    return failure("--since= must be before --until=");
  }
  const int starts = (range.since_usec ? 1 : 0) + (range.cursor ? 1 : 0) +
                     (range.after_cursor ? 1 : 0) + (range.cursor_file.empty() ? 0 : 1);
  if (starts > 1) {
    return failure(
        "please specify only one of --since=, --cursor=, --after-cursor=, and --cursor-file=");
  }
  return {};
}

Outcome<void> check_display(const DisplayOptions& display) {
  if (display.follow && display.reverse) {
    return failure("please specify either --reverse or --follow, not both");
  }
  const bool from_head = display.lines_from_head && display.lines.has_value();
  if (from_head && (display.reverse || display.follow)) {
    return failure("--lines=+N cannot be combined with --reverse or --follow");
  }
  return {};
}

bool has_filters(const Options& options) {
  const query::Filter& filter = options.filter;
  const RangeOptions& range = options.range;
  return !filter.units.empty() || !filter.user_units.empty() || !filter.identifiers.empty() ||
         !filter.excluded_identifiers.empty() || !filter.facilities.empty() ||
         filter.priorities.has_value() || filter.kernel || options.grep.is_asked() ||
         options.where.asked != nullptr || range.boot.has_value() || range.invocation.has_value() ||
         range.since_usec.has_value() || range.until_usec.has_value();
}

bool takes_terms(Command command) {
  return command == Command::kShow || command == Command::kListInvocations;
}

bool takes_ids(Command command) {
  return command == Command::kListCatalog || command == Command::kDumpCatalog;
}

Outcome<void> check_command(const Options& options) {
  const std::vector<std::string>& terms = options.filter.terms;
  if (!takes_terms(options.command) && !takes_ids(options.command) && !terms.empty()) {
    return failure("extraneous arguments starting with '" + terms.front() + "'");
  }
  const bool of_fields =
      options.command == Command::kFieldNames || options.command == Command::kFieldValues;
  if (of_fields && has_filters(options)) {
    return failure(
        "-N/--fields and -F/--field= list all fields: no filter can be combined with them");
  }
  if (options.where.asked && options.command != Command::kShow) {
    return failure("--where= asks entries that are shown: it cannot be combined with a command");
  }
  if (options.where.explain && !options.where.asked) {
    return failure("--explain shows how --where= is answered, which is missing");
  }
  const bool boots = options.range.boot.has_value() || options.command == Command::kListBoots;
  if (boots && options.source.merge) {
    return failure("using --boot or --list-boots with --merge is not supported");
  }
  return {};
}

Outcome<void> check_aggregate(const Options& options) {
  const AggregateOptions& aggregate = options.aggregate;
  if (aggregate.kind == AggregateOptions::Kind::kNone) {
    return aggregate.csv ? failure(
                               "-o csv is for what is counted: --count-by=, --histogram and "
                               "their like")
                         : Outcome<void>{};
  }
  const DisplayOptions& display = options.display;
  if (aggregate.contradicts || options.command != Command::kShow) {
    return failure(
        "please specify only one of --count, --count-by=, --histogram, --stats= and the commands");
  }
  if (display.follow) return failure("what is counted cannot be followed: leave out --follow");
  if (display.show_cursor || !options.range.cursor_file.empty())
    return failure("--show-cursor and --cursor-file= are for entries that are shown, not counted");
  if (display.lines_given &&
      (aggregate.kind != AggregateOptions::Kind::kCountBy || display.lines_from_head))
    return failure("-n counts the rows of --count-by=; all entries are counted");
  return {};
}

Outcome<void> check_grep(const Options& options) {
  const GrepOptions& grep = options.grep;
  const bool has_extras =
      !grep.fields.empty() || grep.all_fields || grep.invert || grep.has_context();
  if (has_extras && !grep.is_asked())
    return failure("--grep-field=, --invert, -A, -B and -C go with -g, which is missing");
  const bool counts = options.aggregate.kind != AggregateOptions::Kind::kNone;
  if (counts && grep.has_context())
    return failure("-A, -B and -C are for entries that are shown, not counted");
  return {};
}

Outcome<void> check_following(const Options& options) {
  if (!options.display.follow || !options.source.standard_input) return {};
  return failure("--follow cannot be combined with reading from standard input");
}

Outcome<void> check_terms(const std::vector<std::string>& terms) {
  const auto match = query::parse_field_terms(terms);
  if (!match) return failure(query::describe_term_error(terms, match.error()));
  return {};
}

}  // namespace

Outcome<void> check_options(const Options& options) {
  for (const Outcome<void>& checked :
       {check_source(options.source), check_range(options.range), check_display(options.display),
        check_command(options), check_aggregate(options), check_grep(options),
        check_following(options)}) {
    if (!checked) return checked;
  }
  return takes_terms(options.command) ? check_terms(options.filter.terms) : Outcome<void>{};
}

void apply_implications(Options& options) {
  if (options.source.user && !options.source.system) {
    std::vector<std::string>& units = options.filter.units;
    std::vector<std::string>& user_units = options.filter.user_units;
    user_units.insert(user_units.end(), units.begin(), units.end());
    units.clear();
  }
  DisplayOptions& display = options.display;
  if (display.no_tail) display.lines.reset();
  const bool lines_chosen = display.lines_given || display.lines || display.no_tail;
  if (display.follow && !lines_chosen && !options.range.since_usec) display.lines = kFollowLines;

  const bool current_boot = display.follow || display.pager_end || options.filter.kernel;
  if (current_boot && !options.range.boot && !options.source.merge) options.range.boot = "";

  // How far back N hits are nobody knows: they are counted on the way.
  const bool from_tail = display.lines && !display.lines_from_head;
  const bool is_counted = options.aggregate.kind != AggregateOptions::Kind::kNone;
  if (is_counted && !display.lines_given) display.lines.reset();  // of -e
  const bool is_searched = !is_counted && (options.grep.is_asked() || options.where.asked);
  if (is_searched && from_tail && !display.follow) display.reverse = true;
}

}  // namespace logq::cli
