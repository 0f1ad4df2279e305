#include "logq_run/svc_command.h"

#include <signal.h>

#include <algorithm>
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "common/option_table.h"
#include "common/run.h"
#include "logq_run/run_command.h"
#include "logq_run/svc_client.h"
#include "logq_run/svc_status.h"
#include "logq_run/svstat_line.h"
#include "supervise/control_order.h"
#include "supervise/exit_status_set.h"
#include "supervise/runtime_directory.h"

namespace logq::cli {
namespace {

using supervise::ControlOrder;
using supervise::ControlVerb;
using Value = std::optional<std::string_view>;

// As systemctl, and as LSB has it for scripts of init.
constexpr int kDone = 0;
constexpr int kFailed = 1;
constexpr int kUsage = 2;
constexpr int kNotRunning = 3;
constexpr int kNoSuchUnit = 4;

struct SvcOptions {
  enum class Action : std::uint8_t { kWork, kHelp, kVersion };
  Action action = Action::kWork;
  bool has_json = false;
  bool waits = true;
  bool is_quiet = false;
  int signal = SIGTERM;
};

Outcome<void> apply_json(SvcOptions& options, Value /*value*/) {
  options.has_json = true;
  return {};
}

Outcome<void> apply_no_wait(SvcOptions& options, Value /*value*/) {
  options.waits = false;
  return {};
}

Outcome<void> apply_quiet(SvcOptions& options, Value /*value*/) {
  options.is_quiet = true;
  return {};
}

Outcome<void> apply_signal(SvcOptions& options, Value value) {
  options.signal = supervise::parse_signal(*value);
  if (options.signal > 0) return {};
  return failure("bad value of --signal: '" + std::string(*value) + "'");
}

template <SvcOptions::Action kAction>
Outcome<void> apply_action(SvcOptions& options, Value /*value*/) {
  options.action = kAction;
  return {};
}

constexpr Option<SvcOptions> kOptions[] = {
    {{0, "json", Argument::kNone, "", "What the supervisor says, as it says it"}, &apply_json},
    {{0, "no-wait", Argument::kNone, "", "Do not wait until it has started or stopped"},
     &apply_no_wait},
    {{'s', "signal", Argument::kRequired, "SIGNAL", "Which one kill sends (TERM)"}, &apply_signal},
    {{'q', "quiet", Argument::kNone, "", "Only the exit status"}, &apply_quiet},
    {{'h', "help", Argument::kNone, "", "This text"}, &apply_action<SvcOptions::Action::kHelp>},
    {{0, "version", Argument::kNone, "", "The version"},
     &apply_action<SvcOptions::Action::kVersion>},
};

std::string help_text() {
  return "Usage: logq-svc [OPTIONS] VERB [NAME...]\n\n"
         "Looks at services that logq-run supervises, and orders them about.\n\n" +
         describe_options(specs_of(kOptions)) +
         "\nVerbs; a NAME is a unit, or a directory where it has a slash:\n"
         "  status [NAME...]   How they are; without names, of all of them\n"
         "  svstat NAME...     The same in the words of daemontools\n"
         "  start, restart     Until it is up; it may be restarted from then on. An instance of a\n"
         "                     template, worker@7, begins to exist, and is gone after \"stop\"\n"
         "  once               The same for one run\n"
         "  stop               Until it is down; it stays down, and its supervisor stays there\n"
         "  exit               The same, but its supervisor ends; \"leave\" does not stop it\n"
         "  reload             As its unit says\n"
         "  kill               A signal to all of its processes\n"
         "  pause, cont        SIGSTOP and SIGCONT to its main process's group\n"
         "  reset              Forget its failures and restarts\n"
         "  wait               Until it is down and stays so; exits with its exit status\n"
         "\nExit status: 0, of status 3 where one is not running; 1 when something failed, 2 for\n"
         "bad usage, 4 when there is no such unit or nobody supervises it any more; of wait the\n"
         "service's, or 125.\n";
}

// One run of the program: what was asked for, and what comes of it.
class Conversation {
 public:
  explicit Conversation(const SvcOptions& options) : options_(options) {}

  int show_status(const std::vector<SvcUnit>& units, bool as_list);
  int show_svstat(const std::vector<SvcUnit>& units) const;
  int wait_for(const SvcUnit& unit);
  int order(const std::vector<SvcUnit>& units, ControlOrder order);

 private:
  std::optional<SvcStatus> ask_status(const SvcUnit& unit, ControlVerb verb);
  void complain(const SvcUnit& unit, const std::string& why) const;
  int complain(const SvcUnit& unit, const SvcReply& reply) const;
  void print(const std::string& text) const;

  const SvcOptions& options_;
  SvcReply reply_;  // the last
};

void Conversation::print(const std::string& text) const {
  if (!options_.is_quiet) std::fputs(text.c_str(), stdout);
}

void Conversation::complain(const SvcUnit& unit, const std::string& why) const {
  if (!options_.is_quiet) print_error_line(unit.name + ": " + why);
}

int Conversation::complain(const SvcUnit& unit, const SvcReply& reply) const {
  switch (reply.kind) {
    case SvcReply::Kind::kNoUnit:
      complain(unit, !reply.text.empty()
                         ? reply.text
                         : "no such unit is supervised in " + supervise::runtime_directory());
      return kNoSuchUnit;
    case SvcReply::Kind::kGone:
      complain(unit, "its supervisor has gone; what is in " + unit.path + " is stale");
      return kNoSuchUnit;
    default:
      complain(unit, reply.text);
      return kFailed;
  }
}

// Nothing where there is none: then reply_ says why.
std::optional<SvcStatus> Conversation::ask_status(const SvcUnit& unit, ControlVerb verb) {
  reply_ = ask_supervisor(unit, {verb});
  if (reply_.kind != SvcReply::Kind::kText) return std::nullopt;
  auto status = SvcStatus::parse(reply_.text);
  if (status && !status->has("error")) return status;
  reply_ = {SvcReply::Kind::kFailed, status ? status->text("error") : "its answer makes no sense"};
  return std::nullopt;
}

int Conversation::show_status(const std::vector<SvcUnit>& units, bool as_list) {
  int worst = kDone;
  for (const SvcUnit& unit : units) {
    const auto status = ask_status(unit, ControlVerb::kStatus);
    if (!status) {
      worst = std::max(worst, complain(unit, reply_));
      continue;
    }
    if (!status->is_running()) worst = std::max(worst, kNotRunning);
    if (options_.has_json) {
      print(reply_.text);
    } else if (as_list) {
      print(status_line(*status, base::realtime_usec()));
    } else {
      print((&unit == &units.front() ? "" : "\n") + status_page(*status, base::realtime_usec()));
    }
  }
  return worst;
}

int Conversation::show_svstat(const std::vector<SvcUnit>& units) const {
  for (const SvcUnit& unit : units)
    print(svstat_line(unit.name, unit.path, base::realtime_usec()));
  return kDone;
}

int Conversation::wait_for(const SvcUnit& unit) {
  const auto status = ask_status(unit, ControlVerb::kWait);
  if (!status) {
    complain(unit, reply_);
    return kOwnFailure;
  }
  print(options_.has_json ? reply_.text : end_line(*status));
  return status->exit_status();
}

int Conversation::order(const std::vector<SvcUnit>& units, ControlOrder order) {
  int worst = kDone;
  for (const SvcUnit& unit : units) {
    const std::string why_bad = order.verb == ControlVerb::kStart ? bad_instance(unit) : "";
    if (!why_bad.empty()) {
      complain(unit, why_bad);
      worst = std::max(worst, kUsage);
      continue;
    }
    const SvcReply reply = ask_supervisor(unit, order);
    if (reply.kind != SvcReply::Kind::kText) {
      worst = std::max(worst, complain(unit, reply));
      continue;
    }
    const auto answer = SvcStatus::parse(reply.text);
    if (options_.has_json) print(reply.text);
    if (answer && answer->text("result") == "done") continue;
    const std::string why = !answer                ? "its answer makes no sense"
                            : answer->has("error") ? answer->text("error")
                                                   : "the job has ended: " + answer->text("result");
    complain(unit, why);
    worst = std::max(worst, kFailed);
  }
  return worst;
}

int usage_error(const std::string& complaint) {
  print_error_line(complaint + " (try logq-svc --help)");
  return kUsage;
}

int obey(const SvcOptions& options,
         const std::string& verb,
         const std::vector<std::string>& names) {
  Conversation conversation(options);
  std::vector<SvcUnit> units(names.size());
  std::ranges::transform(names, units.begin(), &svc_unit);
  if (verb == "status" && units.empty()) {
    units = all_svc_units();
    if (!units.empty()) return conversation.show_status(units, true);
    if (!options.is_quiet)
      print_error_line("nothing is supervised in " + supervise::runtime_directory());
    return kNoSuchUnit;
  }
  if (units.empty()) return usage_error(verb + " needs the name of a unit");
  if (verb == "svstat") return conversation.show_svstat(units);
  const auto known = supervise::parse_control_verb(verb);
  if (!known || *known == ControlVerb::kSignal) return usage_error("no such verb: '" + verb + "'");
  if (*known == ControlVerb::kStatus) return conversation.show_status(units, false);
  if (*known != ControlVerb::kWait)
    return conversation.order(units, {*known, options.signal, options.waits});
  if (units.size() > 1) return usage_error("wait takes one unit");
  return conversation.wait_for(units.front());
}

ExitStatus status_of(int number) {
  return static_cast<ExitStatus>(number);
}

Outcome<ExitStatus> svc_main(int argc, char** argv) {
  SvcOptions options;
  const auto words = apply_command_line(kOptions, argc, argv, options);
  if (!words) return status_of(usage_error(words.error().message));
  if (options.action == SvcOptions::Action::kHelp) {
    std::fputs(help_text().c_str(), stdout);
    return ExitStatus::kOk;
  }
  if (options.action == SvcOptions::Action::kVersion) {
    std::printf("logq-svc %s\n", LOGQ_VERSION);
    return ExitStatus::kOk;
  }
  if (words->empty()) return status_of(usage_error("no verb given"));
  return status_of(obey(options, words->front(), {words->begin() + 1, words->end()}));
}

}  // namespace

int svc_command(int argc, char** argv) {
  return run("logq-svc", &svc_main, argc, argv);
}

}  // namespace logq::cli
