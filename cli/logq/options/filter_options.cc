// Which entries are wanted.
#include "base/clock.h"
#include "base/quantity.h"
#include "base/timestamp.h"
#include "logq/options/option_table.h"
#include "logq/options/option_values.h"
#include "query/boot_selector.h"
#include "query/facility.h"
#include "query/id_selector.h"
#include "wire/field_name.h"
#include "wire/loose_integer.h"

namespace logq::cli {
namespace {

using query::Filter;

template <std::optional<std::uint64_t> RangeOptions::*kMember>
Outcome<void> apply_time(Options& options, Value value) {
  const std::uint64_t now = base::Clock::system().now().realtime_usec;
  const auto time = base::parse_timestamp(*value, now);
  if (!time) return failure("failed to parse timestamp: " + std::string(*value));
  options.range.*kMember = *time;
  return {};
}

bool is_boot_selector(std::string_view word) {
  return !word.empty() && query::parse_boot_selector(word).has_value();
}

// Whether the word behind a bare -b belongs to it.
bool names_boot(std::string_view word) {
  return !word.empty() && is_boot_selector(word);
}

Outcome<void> apply_boot(Options& options, Value value) {
  const std::string text(value.value_or(""));
  if (!text.empty() && !is_boot_selector(text))
    return failure("failed to parse boot descriptor '" + text + "'");
  options.range.boot = text;
  return {};
}

Outcome<void> apply_invocation(Options& options, Value value) {
  const std::string text(value.value_or("0"));
  if (!query::parse_id_selector(text)) return failure("not an invocation: '" + text + "'");
  options.range.invocation = text;
  return {};
}

Outcome<void> apply_priority(Options& options, Value value) {
  const Result<query::PriorityRange> range = query::parse_priority_range(*value);
  if (!range) return failure(describe("-p " + std::string(*value), range.error()));
  options.filter.priorities = *range;
  return {};
}

Outcome<void> apply_facility(Options& options, Value value) {
  if (*value == "help") {
    options.command = Command::kFacilityHelp;
    return {};
  }
  const auto facilities = query::parse_facilities(*value);
  if (!facilities) return failure("bad --facility= argument \"" + std::string(*value) + "\"");
  std::vector<int>& all = options.filter.facilities;
  all.insert(all.end(), facilities->begin(), facilities->end());
  return {};
}

Outcome<void> apply_case_sensitive(Options& options, Value value) {
  const auto sensitive = base::parse_boolean(value.value_or("yes"));
  if (!sensitive) return failure("bad --case-sensitive= argument \"" + std::string(*value) + "\"");
  options.grep.case_sensitive = *sensitive;
  return {};
}

Outcome<void> apply_grep_field(Options& options, Value value) {
  GrepOptions& grep = options.grep;
  std::vector<std::string> names = split_commas(*value);
  if (names.empty()) return failure("not the name of a field: '" + std::string(*value) + "'");
  for (std::string& name : names) {
    const bool is_name = wire::is_valid_field_name(name, wire::FieldOrigin::kCollector);
    if (name == "*") {
      grep.all_fields = true;
    } else if (is_name && !name.starts_with("__")) {
      grep.fields.push_back(std::move(name));
    } else {
      return failure("not the name of a field: '" + name + "'");
    }
  }
  return {};
}

template <bool kBefore, bool kAfter>
Outcome<void> apply_context(Options& options, Value value) {
  constexpr long kMost = 1'000'000;
  const std::optional<long> number = wire::parse_loose_integer(*value);
  if (!number || *number < 0 || *number > kMost)
    return failure("not a number of entries: " + std::string(*value));
  const auto count = static_cast<std::uint64_t>(*number);
  if (kBefore) options.grep.before = count;
  if (kAfter) options.grep.after = count;
  return {};
}

tl::unexpected<Failure> where_failure(std::string_view text, const query::WhereError& error) {
  return tl::unexpected<Failure>(
      {ExitStatus::kFailure, "--where: " + error.message, query::show_where_error(text, error)});
}

Outcome<void> apply_where(Options& options, Value value) {
  auto where = query::Where::parse(*value, {base::Clock::system().now().realtime_usec, 0});
  if (!where) return where_failure(*value, where.error());
  if (options.where.asked) {
    auto before = options.where.asked->clone();
    if (!before) return failure(describe("--where", before.error()));
    std::vector<query::Where> both;
    both.push_back(std::move(*before));
    both.push_back(std::move(*where));
    where = query::Where::all_of(std::move(both));
    if (!where) return failure("--where: " + where.error().message);
  }
  options.where.asked = std::make_shared<const query::Where>(std::move(*where));
  return {};
}

constexpr const char* kGroup = kFilterGroup;

constexpr OptionRow kRows[] = {
    {{{'S', "since", Argument::kRequired, "TIME", "Entries not older than this", nullptr, kGroup,
       Mention::kDaily, Names::kTime},
      &apply_time<&RangeOptions::since_usec>}},
    {{{'U', "until", Argument::kRequired, "TIME", "Entries not newer than this", nullptr, kGroup,
       Mention::kDaily, Names::kTime},
      &apply_time<&RangeOptions::until_usec>}},
    {{{'c', "cursor", Argument::kRequired, "CURSOR", "Begin at this cursor", nullptr, kGroup},
      &apply_text<&Options::range, &RangeOptions::cursor>}},
    {{{0, "after-cursor", Argument::kRequired, "CURSOR", "Begin behind this cursor", nullptr,
       kGroup},
      &apply_text<&Options::range, &RangeOptions::after_cursor>}},
    {{{0, "cursor-file", Argument::kRequired, "FILE",
       "Begin behind the cursor in FILE, and keep the last one there", nullptr, kGroup,
       Mention::kInAll, Names::kFile},
      &apply_text<&Options::range, &RangeOptions::cursor_file>},
     Parity::kThere,
     242,
     "with -U it keeps the last entry shown; journalctl keeps the one behind it, which is then "
     "lost"},
    {{{'b', "boot", Argument::kOptional, "ID",
       "Entries of this boot, or of the one named or counted", &names_boot, kGroup, Mention::kDaily,
       Names::kBoot},
      &apply_boot}},
    {{{0, "this-boot", Argument::kNone, "", "The same as -b", nullptr, nullptr}, &apply_boot}},
    {{{'u', "unit", Argument::kRequired, "UNIT", "Entries of this unit; may be a glob", nullptr,
       kGroup, Mention::kDaily, Names::kUnit},
      &append_text<&Options::filter, &Filter::units>}},
    {{{0, "user-unit", Argument::kRequired, "UNIT", "Entries of this unit of the user", nullptr,
       kGroup, Mention::kInAll, Names::kUserUnit},
      &append_text<&Options::filter, &Filter::user_units>}},
    {{{'I', "invocation", Argument::kOptional, "ID",
       "Entries of the unit's last run, or of the one named or counted", nullptr, kGroup,
       Mention::kInAll, Names::kInvocation},
      &apply_invocation},
     Parity::kThere,
     257,
     "the argument is optional in both forms"},
    {{{'t', "identifier", Argument::kRequired, "ID", "Entries with this syslog identifier", nullptr,
       kGroup, Mention::kDaily, Names::kIdentifier},
      &append_text<&Options::filter, &Filter::identifiers>}},
    {{{'T', "exclude-identifier", Argument::kRequired, "ID",
       "Leave out entries with this syslog identifier", nullptr, kGroup, Mention::kInAll,
       Names::kIdentifier},
      &append_text<&Options::filter, &Filter::excluded_identifiers>},
     Parity::kThere,
     256},
    {{{'p', "priority", Argument::kRequired, "RANGE",
       "Entries of this level or worse, or of LEVEL..LEVEL", nullptr, kGroup, Mention::kDaily,
       Names::kPriorityRange},
      &apply_priority}},
    {{{0, "facility", Argument::kRequired, "LIST",
       "Entries of these facilities; \"help\" lists them", nullptr, kGroup, Mention::kInAll,
       Names::kFacilityList},
      &apply_facility},
     Parity::kThere,
     245},
    {{{'g', "grep", Argument::kRequired, "PATTERN", "Entries whose message matches this pattern",
       nullptr, kGroup, Mention::kDaily},
      &append_text<&Options::grep, &GrepOptions::patterns>},
     Parity::kThere,
     237,
     "repeated, any of them may match, where journalctl takes the last"},
    {{{0, "case-sensitive", Argument::kOptional, "BOOL",
       "Whether case counts in -g (as the pattern is written)", nullptr, kGroup, Mention::kInAll,
       Names::kBoolean},
      &apply_case_sensitive},
     Parity::kThere,
     237},
    {{{0, "grep-field", Argument::kRequired, "FIELDS",
       "Fields that -g searches instead of the message; \"*\": all", nullptr, kGroup,
       Mention::kInAll, Names::kFieldList},
      &apply_grep_field},
     Parity::kOurs},
    {{{0, "invert", Argument::kNone, "", "Entries in which -g finds nothing", nullptr, kGroup},
      &apply_flag<&Options::grep, &GrepOptions::invert>},
     Parity::kOurs},
    {{{'A', "after-context", Argument::kRequired, "N",
       "Show N entries that were logged after each that -g finds", nullptr, kGroup},
      &apply_context<false, true>},
     Parity::kOurs},
    {{{'B', "before-context", Argument::kRequired, "N",
       "Show N entries that were logged before each that -g finds", nullptr, kGroup},
      &apply_context<true, false>},
     Parity::kOurs},
    {{{'C', "context", Argument::kRequired, "N", "The same as -A N -B N", nullptr, kGroup},
      &apply_context<true, true>},
     Parity::kOurs},
    {{{0, "where", Argument::kRequired, "EXPR",
       "Entries this holds for: A=x and not (B<5), =~, in, has", nullptr, kGroup, Mention::kDaily},
      &apply_where},
     Parity::kOurs,
     0,
     "see [where.md](where.md); repeated, all must hold"},
    {{{0, "explain", Argument::kNone, "", "Show how --where is answered instead of entries",
       nullptr, kGroup},
      &apply_flag<&Options::where, &WhereOptions::explain>},
     Parity::kOurs},
    {{{'k', "dmesg", Argument::kNone, "", "Messages of the kernel from this boot", nullptr, kGroup,
       Mention::kDaily},
      &apply_flag<&Options::filter, &Filter::kernel>}},
};

}  // namespace

std::span<const OptionRow> filter_option_rows() {
  return kRows;
}

}  // namespace logq::cli
