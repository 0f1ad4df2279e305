#include "logq/upkeep_commands.h"

#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "base/clock.h"
#include "base/ids.h"
#include "base/quantity.h"
#include "common/run.h"
#include "journal/clock_leap.h"
#include "journal/header_report.h"
#include "journal/vacuum.h"
#include "journal/verify_files.h"
#include "logq/progress_line.h"
#include "logq/show/colours.h"
#include "logq/show/terminal.h"
#include "logq/source/default_directories.h"
#include "wire/utf8.h"

namespace logq::cli {
namespace {

// A line on standard error without the program's name: these are journalctl's words.
void print_remark(const std::string& line) {
  std::fprintf(stderr, "%s\n", line.c_str());
}

std::uint64_t bytes_on_disk(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) < 0) return 0;
  return static_cast<std::uint64_t>(status.st_blocks) * 512;
}

// As for journalctl, a sealed file is not sound until its seal has been checked, for which neither
// it without the key nor logq has the means.
bool is_sound(const journal::FileVerdict& verdict) {
  return verdict.report && !verdict.report->failure && !verdict.report->sealed;
}

std::string why_unsound(const journal::FileVerdict& verdict) {
  if (!verdict.report) return verdict.report.error().message();
  if (!verdict.report->failure) return "Required key not available: nothing else is wrong";
  const std::string message = verdict.report->failure->message();
  return verdict.report->changed ? message + "; it is being written to: try again" : message;
}

void print_verdict(const journal::FileVerdict& verdict, bool quiet, const Colours& colours) {
  const std::string path = without_controls(verdict.path);
  if (verdict.report && verdict.report->sealed && !quiet) {
    print_remark("Journal file " + path + " has sealing enabled; the seal is not checked.");
  }
  if (!is_sound(verdict)) {
    print_remark(std::string(colours.bold_red()) + "FAIL: " + path + " (" + why_unsound(verdict) +
                 ")" + std::string(colours.off()));
  } else if (!quiet) {
    print_remark("PASS: " + path);
  }
}

// How many processors this process may use.
unsigned usable_processors() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (::sched_getaffinity(0, sizeof set, &set) < 0) return 1;
  return static_cast<unsigned>(CPU_COUNT(&set));
}

journal::VacuumLimits limits_of(const VacuumOptions& options) {
  return {.max_bytes = options.max_bytes,
          .max_files = options.max_files,
          .max_age_usec = options.max_age_usec,
          .now_realtime_usec = base::Clock::system().now().realtime_usec};
}

// Whether files may be deleted for their age; the operator is told where not.
bool is_clock_believed(const std::string& directory) {
  constexpr std::uint64_t kDayUsec = 86'400'000'000;
  const std::uint64_t leap =
      journal::clock_leap_usec(directory, base::Clock::system().now(), base::boot_id());
  if (leap == 0) return true;
  print_error_line(without_controls(directory) + ": the clock was set forward by " +
                   std::to_string(leap / kDayUsec) +
                   " days a short time ago: nothing is deleted for its age until it has run on " +
                   "for an hour");
  return false;
}

Outcome<ExitStatus> vacuum_one(const std::string& directory, const Options& options) {
  const bool quiet = options.display.quiet;
  const auto tell = [quiet](const std::string& path, std::uint64_t bytes,
                            const std::optional<Error>& failure) {
    if (failure) return print_error_line(describe(path, *failure));
    if (quiet) return;
    print_remark("Deleted archived journal " + without_controls(path) + " (" +
                 base::format_size(bytes) + ").");
  };
  journal::VacuumLimits limits = limits_of(options.vacuum);
  ExitStatus status = ExitStatus::kOk;
  if (limits.max_age_usec != 0 && !is_clock_believed(directory)) {
    limits.max_age_usec = 0;
    status = ExitStatus::kFailure;
  }
  const auto report = journal::vacuum_directory(directory, limits, tell);
  if (!report) return failure(describe(directory, report.error()));
  if (!quiet) {
    print_remark("Vacuuming done, freed " + base::format_size(report->freed_bytes) +
                 " of archived journals from " + without_controls(directory) + ".");
  }
  return status;
}

}  // namespace

Outcome<ExitStatus> show_headers(const Options& options, OutputBuffer& output) {
  const auto paths = source_files(options);
  if (!paths) return tl::unexpected<Failure>(paths.error());
  if (paths->empty() && !options.display.quiet) print_error_line("no journal files were found");
  ExitStatus status = ExitStatus::kOk;
  bool first = true;
  for (const std::string& path : *paths) {
    const auto text = journal::describe_header(path);
    if (!text) {
      print_error_line(describe(path, text.error()));
      if (!options.source.files.empty()) status = ExitStatus::kFailure;
      continue;
    }
    const std::size_t begin = output.text().size();
    output.text() += (first ? "" : "\n") + *text;
    if (options.display.format.for_terminal) wire::hide_controls(output.text(), begin, '?');
    first = false;
    if (!output.flush_if_full()) break;  // found again by the flush at the end
  }
  return status;
}

Outcome<ExitStatus> show_disk_usage(Source& source, OutputBuffer& output) {
  std::uint64_t bytes = 0;
  for (const journal::FileReader* file : source.journal->files())
    bytes += bytes_on_disk(file->path());
  output.text() +=
      "Archived and active journals take up " + base::format_size(bytes) + " in the file system.\n";
  return source.is_failure() ? ExitStatus::kFailure : ExitStatus::kOk;
}

Outcome<ExitStatus> verify_files(const Options& options) {
  const auto paths = source_files(options);
  if (!paths) return tl::unexpected<Failure>(paths.error());
  if (paths->empty() && !options.display.quiet) print_error_line("no journal files were found");
  const bool coloured = ::isatty(STDERR_FILENO) == 1 && options.display.format.colours;
  ProgressLine line("checking", std::chrono::milliseconds(0));
  journal::VerifyListener listener;
  listener.progress = [&line](double fraction) { line.update(fraction); };
  listener.verdict = [&](const journal::FileVerdict& verdict) {
    line.erase();
    print_verdict(verdict, options.display.quiet, Colours(coloured));
  };
  const auto verdicts = journal::verify_files(*paths, usable_processors(), listener);
  const bool sound = std::all_of(verdicts.begin(), verdicts.end(), is_sound);
  return sound ? ExitStatus::kOk : ExitStatus::kFailure;
}

Outcome<ExitStatus> vacuum(const Options& options) {
  if (!options.source.files.empty()) {
    print_error_line("--vacuum-* works on directories: nothing is done with --file=");
    return ExitStatus::kOk;
  }
  const auto directories = source_directories(options);
  if (!directories) return tl::unexpected<Failure>(directories.error());
  ExitStatus status = ExitStatus::kOk;
  for (const std::string& directory : *directories) {
    // What was received is its receiver's to delete, unless it is named.
    if (!options.source.directory && is_received(directory)) continue;
    const auto done = vacuum_one(directory, options);
    if (!done) return done;
    if (*done != ExitStatus::kOk) status = *done;
  }
  return status;
}

}  // namespace logq::cli
