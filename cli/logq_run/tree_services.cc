#include "logq_run/tree_services.h"

#include <algorithm>
#include <utility>

#include "base/try.h"
#include "common/run.h"
#include "logq_run/last_words.h"
#include "logq_run/run_command.h"
#include "supervise/relations.h"

namespace logq::cli {
namespace {

using supervise::TreeRunner;

// What keeps a unit from being used, in one line behind its name.
std::string fatal_problem(const supervise::LoadedService& loaded) {
  const auto fatal = std::ranges::find(loaded.problems, supervise::UnitProblem::Severity::kFatal,
                                       &supervise::UnitProblem::severity);
  if (fatal == loaded.problems.end())
    return "it cannot be set up; what logq-run has said tells why";
  const std::string text = fatal->text();
  return text.starts_with(loaded.unit.name + ": ") ? fatal->message : text;
}

}  // namespace

TreeServices::TreeServices(const Options& options,
                           std::string directory,
                           supervise::PatientTransport& transport,
                           supervise::Supervisor& supervisor)
    : options_(options),
      directory_(std::move(directory)),
      transport_(transport),
      supervisor_(supervisor) {}

TreeServices::~TreeServices() {
  for (const auto& [name, one] : services_)
    take_down(*one);
}

Result<TreeRunner::ServiceChild> TreeServices::add(const std::string& name,
                                                   const std::set<std::string>& names,
                                                   supervise::ServiceOwner owner,
                                                   Refusal& refusal) {
  TreeRunner::ServiceChild child;
  auto one = load(name, names, child, refusal);
  if (!one) return child;
  ServiceSetup& setup = *one->setup;
  child.runner = one->runner =
      LOGQ_TRY(supervisor_.add(setup.loaded.unit, setup.log, std::move(setup.runner)));
  one->control.open(*one->runner, supervisor_.loop(), std::move(owner));
  services_[name] = std::move(one);
  return child;
}

std::unique_ptr<TreeServices::One> TreeServices::load(const std::string& name,
                                                      const std::set<std::string>& names,
                                                      TreeRunner::ServiceChild& child,
                                                      Refusal& refusal) {
  supervise::LoadedService loaded = unit_of_file(directory_ + name);
  child.restart = loaded.unit.restart;
  for (const auto& linked : {loaded.unit.dependencies.binds_to, loaded.unit.dependencies.part_of})
    child.links.insert(child.links.end(), linked.begin(), linked.end());
  refusal = {kOwnFailure, "its sockets cannot be had; what logq-run has said tells why"};
  auto one = std::make_unique<One>(transport_);
  if (loaded.is_usable() && !one->sockets.add_of(loaded.unit, directory_)) return nullptr;
  // The tree's order is what they say of each other; links are BindsTo= and PartOf=.
  std::set<std::string> run = one->sockets.names();
  run.insert(names.begin(), names.end());
  supervise::forget_met_relations(loaded, run);
  const std::string fatal = fatal_problem(loaded);
  loaded.unit = supervise::as_child(std::move(loaded.unit));
  int status = 0;
  one->setup = set_up_service(options_, std::move(loaded), transport_, status);
  if (!one->setup) {
    refusal.why = fatal;
    return nullptr;
  }
  one->setup->runner.is_child = true;
  if (!one->control.take_directory(options_, name, one->setup->log)) {
    refusal = {kTemporaryFailure, "another one runs it already"};
    return nullptr;
  }
  if (!one->sockets.open_without_commands(supervisor_.loop(), one->setup->runner)) return nullptr;
  one->is_collector = one->setup->runner.is_collector;
  if (!one->is_collector)
    one->setup->runner.is_collector_away = [this] { return is_own_collector_away(); };
  return one;
}

void TreeServices::remove(const std::string& name) {
  const auto found = services_.find(name);
  if (found == services_.end()) return;
  One& one = *found->second;
  cli::tell_left_output(*one.runner);
  had_collector_ |= one.runner->has_collector();
  lost_ += one.setup->log.undelivered();
  one.sockets.close();
  take_down(one);
  services_.erase(found);
}

// Each of them borrows what comes after it.
void TreeServices::take_down(One& one) {
  one.control = ControlSetup();
  supervisor_.remove(*one.runner);
}

void TreeServices::refuse_waiting(const std::string& name, std::string_view why) {
  const auto found = services_.find(name);
  if (found != services_.end()) found->second->control.refuse_waiting(why);
}

void TreeServices::close_sockets() {
  for (const auto& [name, one] : services_)
    one->sockets.close();
}

void TreeServices::tell_left_output() const {
  const supervise::ServiceRunner* const collector = own_collector();
  if (left_after_ && collector != nullptr && left_after_ == collector->invocation())
    print_error_line("some output was left to a collector that has not been started again");
  for (const auto& [name, one] : services_)
    cli::tell_left_output(*one->runner);
}

bool TreeServices::has_collector() const {
  return had_collector_ || std::ranges::any_of(services_, [](const auto& item) {
           return item.second->runner->has_collector();
         });
}

const supervise::ServiceRunner* TreeServices::own_collector() const {
  const auto found =
      std::ranges::find_if(services_, [](const auto& item) { return item.second->is_collector; });
  return found == services_.end() ? nullptr : found->second->runner;
}

// With rest_for_one and one_for_all it is started again when the others have stopped.
bool TreeServices::is_own_collector_away() {
  const supervise::ServiceRunner* const collector = own_collector();
  if (collector == nullptr || !collector->is_over()) return false;
  left_after_ = collector->invocation();
  return true;
}

std::uint64_t TreeServices::undelivered() const {
  std::uint64_t dropped = lost_;
  for (const auto& [name, one] : services_)
    dropped += one->setup->log.undelivered();
  return dropped;
}

}  // namespace logq::cli
