#include "logq_run/cat_command.h"

#include <cstdio>
#include <memory>
#include <string>

#include "base/clock.h"
#include "common/run.h"
#include "logq_run/cat_loop.h"
#include "logq_run/collector_sink.h"
#include "logq_run/exec_in_place.h"
#include "logq_run/run_command.h"
#include "logq_run/script_effects.h"
#include "logq_run/store_sink.h"

namespace logq::cli {
namespace {

// multilog's files have no counterpart where a collector keeps what is stored.
void tell_unused_words(const CatSettings& settings) {
  std::string words;
  for (const std::string& word : settings.script.storage_words())
    words += (words.empty() ? "" : " ") + word;
  if (words.empty()) return;
  print_error_line("not used: " + words +
                   " (the collector keeps the files; -D DIR writes some here)");
}

Result<std::unique_ptr<LineSink>> open_sink(const Options& options, const CatSignals& signals) {
  const auto stop_requested = [&signals] { return signals.stop_requested(); };
  if (options.cat.directory.empty()) {
    tell_unused_words(options.cat);
    return CollectorSink::open(options, stop_requested);
  }
  return StoreSink::open(options, stop_requested);
}

std::string describe_failure(const Options& options, const Error& error) {
  const bool has_store = !options.cat.directory.empty();
  const std::string name = has_store ? options.cat.directory : options.cat.spool_file;
  if (error.code == Errc::kBusy) return "unable to lock " + name + ": another logger uses it";
  return name + ": " + error.message();
}

int relay_input(const Options& options) {
  const CatSignals signals;
  const supervise::LoggerScript& script = options.cat.script;
  std::string failed;
  auto effects = ScriptEffects::open(script, failed);
  if (!effects) {
    print_error_line(failed + ": " + effects.error().message());
    return kTemporaryFailure;
  }
  auto sink = open_sink(options, signals);
  if (!sink) {
    print_error_line(describe_failure(options, sink.error()));
    return kTemporaryFailure;
  }
  supervise::LineSieve sieve(
      script, base::Clock::system(),
      [&effects](std::string_view head, const supervise::LoggerScript::Verdict& verdict) {
        effects->carry_out(head, verdict);
      });
  return CatLoop(signals, sieve, **sink).run();
}

}  // namespace

int cat_command(const Options& options) {
  // Like systemd-cat: no facility, and no identifier unless one is given.
  if (!options.program.empty()) return exec_in_place(options, 0);
  return relay_input(options);
}

}  // namespace logq::cli
