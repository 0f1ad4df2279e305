#include "logq_run/tree_run.h"

#include <signal.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/try.h"
#include "common/run.h"
#include "logq/transport.h"
#include "logq_run/last_words.h"
#include "logq_run/run_command.h"
#include "logq_run/service_control_setup.h"
#include "logq_run/service_setup.h"
#include "logq_run/tree_services.h"
#include "supervise/patient_transport.h"
#include "supervise/supervisor.h"
#include "supervise/template_control.h"
#include "supervise/tree_control.h"
#include "supervise/tree_runner.h"
#include "supervise/unit_files.h"

namespace logq::cli {
namespace {

using supervise::TreeRunner;
using supervise::TreeUnit;
using namespace std::chrono_literals;

std::string reason_of(const supervise::ServiceRunner& runner) {
  if (const auto& failure = runner.spawn_failure())
    return describe_failure(*failure, runner.unit());
  const supervise::Service& service = runner.service();
  const std::string result(name_of(service.result()));
  if (!service.main_exit()) return result;
  return result + ", code=" + std::string(service.main_exit()->code_name()) +
         ", status=" + service.main_exit()->status_text();
}

class TreeRun final : private supervise::TreeObserver {
 public:
  explicit TreeRun(const Options& options)
      : options_(options),
        directory_(options.program.front().substr(0, options.program.front().rfind('/') + 1)) {}

  int execute();

 private:
  struct LoadedFile {
    LoadedFile(supervise::LoadedTree of, Transport& transport)
        : loaded(std::move(of)),
          log(transport, {loaded.unit.name, loaded.unit.description, Id128{}}) {}
    supervise::LoadedTree loaded;
    supervise::TreeLog log;
  };

  LoadedFile* tree_of(const std::string& name);
  bool load();
  Result<bool> add_tree(TreeRunner& runner, LoadedFile& file);
  Result<bool> add_child(TreeRunner& runner, LoadedFile& file, const std::string& name);
  Result<bool> add_service(TreeRunner& runner, const std::string& name);
  bool add_template(TreeRunner& runner, LoadedFile& file, const std::string& name);
  bool open_control(TreeRunner& runner, LoadedFile& file);
  std::string begin_instance(TreeRunner& runner, const std::string& name);
  supervise::ServiceOwner tree_as_owner(const std::string& child);
  Result<void> supervise();
  bool look();
  void take_signal(int signal);
  void tell_failure() const;
  void tell_last_words() const;

  // TreeObserver
  void instance_gone(const std::string& name) override;
  void request_answered(const std::string& name, supervise::TreeAnswer answer) override;

  const Options& options_;
  const std::string directory_;  // of all files; ends with a slash, or is empty
  supervise::PatientTransport transport_{
      make_native_transport({.socket_path = {}, .max_block = 0s})};
  std::map<std::string, LoadedFile> trees_;
  std::set<std::string> names_;  // of all units in them
  std::unique_ptr<supervise::Supervisor> supervisor_;
  std::unique_ptr<TreeServices> services_;
  std::unique_ptr<TreeRunner> root_;
  std::map<std::string, std::unique_ptr<supervise::TreeControl>> controls_;  // by their trees
  std::map<std::string, std::unique_ptr<supervise::TemplateControl>> templates_;
  int status_ = kOwnFailure;
};

int TreeRun::execute() {
  if (load()) {
    const auto done = supervise();
    if (!done) print_error_line(done.error().message());
  }
  end_run(transport_, [this] { tell_last_words(); });
  return status_;
}

// Reads it once and says what is wrong with it.
TreeRun::LoadedFile* TreeRun::tree_of(const std::string& name) {
  const auto known = trees_.find(name);
  if (known != trees_.end()) return &known->second;
  auto loaded = supervise::load_tree(directory_ + name, supervise::HostFacts::of_this_process());
  LoadedFile& file = trees_.try_emplace(name, std::move(loaded), transport_).first->second;
  tell_problems(file.loaded.problems, file.log);
  names_.insert(file.loaded.unit.children.begin(), file.loaded.unit.children.end());
  return &file;
}

bool TreeRun::load() {
  const std::string root = options_.program.front().substr(directory_.size());
  LoadedFile& file = *tree_of(root);
  const auto problems = supervise::check_nesting(
      file.loaded.unit, [&](const std::string& name) { return &tree_of(name)->loaded.unit; });
  tell_problems(problems, file.log);
  return problems.empty() && std::ranges::all_of(trees_, [](const auto& tree) {
           return tree.second.loaded.is_usable();
         });
}

Result<bool> TreeRun::add_tree(TreeRunner& runner, LoadedFile& file) {
  if (!open_control(runner, file)) return false;
  for (const std::string& name : file.loaded.unit.children)
    if (!LOGQ_TRY(add_child(runner, file, name))) return false;
  tell_problems(supervise::check_significance(file.loaded.unit, runner.children()), file.log);
  return true;
}

Result<bool> TreeRun::add_child(TreeRunner& runner, LoadedFile& file, const std::string& name) {
  if (supervise::is_tree_name(name)) {
    LoadedFile& inner = *tree_of(name);
    return add_tree(runner.add_tree(inner.loaded.unit, inner.log), inner);
  }
  if (name.find("@.") != std::string::npos) return add_template(runner, file, name);
  return add_service(runner, name);
}

Result<bool> TreeRun::add_service(TreeRunner& runner, const std::string& name) {
  TreeServices::Refusal refusal;
  auto child = LOGQ_TRY(services_->add(name, names_, tree_as_owner(name), refusal));
  if (child.runner == nullptr) {
    status_ = refusal.status;
    return false;
  }
  runner.add_service(name, std::move(child));
  return true;
}

// What is wrong with the file is told now, and not only when an instance is asked for.
bool TreeRun::add_template(TreeRunner& runner, LoadedFile& file, const std::string& name) {
  std::string example = name;
  example.insert(name.find("@.") + 1, "i");
  supervise::LoadedService loaded = unit_of_file(directory_ + example);
  if (!loaded.is_usable()) {
    tell_problems(loaded.problems, file.log);
    return false;
  }
  runner.add_template(name, loaded.unit.restart);
  std::unique_ptr<supervise::ControlDirectory> directory;
  if (!take_control_directory(options_, name, file.log, directory)) {
    status_ = kTemporaryFailure;
    return false;
  }
  if (directory == nullptr) return true;
  auto made = supervise::TemplateControl::create(
      std::move(directory), name, supervisor_->loop(),
      [this, &runner](const std::string& instance) { return begin_instance(runner, instance); });
  if (!made) tell_no_control(name, made.error().message());
  if (made) templates_[name] = *std::move(made);
  return true;
}

// False where another one runs it.
bool TreeRun::open_control(TreeRunner& runner, LoadedFile& file) {
  const std::string& name = file.loaded.unit.name;
  std::unique_ptr<supervise::ControlDirectory> directory;
  if (!take_control_directory(options_, name, file.log, directory)) {
    status_ = kTemporaryFailure;
    return false;
  }
  if (directory == nullptr) return true;
  const bool is_outermost = &runner == root_.get();
  auto made = supervise::TreeControl::create(
      std::move(directory), runner, supervisor_->loop(),
      is_outermost ? supervise::ServiceOwner{} : tree_as_owner(name));
  if (!made) tell_no_control(name, made.error().message());
  if (made) controls_[name] = *std::move(made);
  return true;
}

supervise::ServiceOwner TreeRun::tree_as_owner(const std::string& child) {
  return {.start = [this, child] { root_->request_start(child); },
          .stop = [this, child] { root_->request_stop(child); }};
}

// Why it cannot be had; empty where it is asked for now.
std::string TreeRun::begin_instance(TreeRunner& runner, const std::string& name) {
  const std::string tree = "its tree, " + runner.unit().name + ", is ";
  if (runner.state() == supervise::TreeState::kEnding) return tree + "stopping";
  if (runner.state() != supervise::TreeState::kUp) return tree + "not up";
  if (runner.has(name)) return "it has been started already";
  supervise::ServiceOwner owner = tree_as_owner(name);
  owner.owns_instance = true;
  TreeServices::Refusal refusal;
  auto child = services_->add(name, names_, std::move(owner), refusal);
  if (!child) return child.error().message();
  if (child->runner == nullptr) return refusal.why;
  runner.request_instance(name, *std::move(child));
  return {};
}

void TreeRun::instance_gone(const std::string& name) {
  services_->remove(name);
}

// One that runs already, or will, has its answer from itself.
void TreeRun::request_answered(const std::string& name, supervise::TreeAnswer answer) {
  using supervise::TreeAnswer;
  const auto asked = templates_.find(supervise::template_of(name));
  if (asked != templates_.end()) asked->second->answered(name, answer);
  if (answer != TreeAnswer::kFailed && answer != TreeAnswer::kUnknown &&
      answer != TreeAnswer::kNotNow)
    return;
  constexpr std::string_view kWhy = "its tree does not do that now";
  services_->refuse_waiting(name, kWhy);
  const auto tree = controls_.find(name);
  const bool has_begun = answer == TreeAnswer::kFailed;  // and says itself what came of it
  if (tree != controls_.end() && !has_begun) tree->second->refuse_waiting(kWhy);
}

Result<void> TreeRun::supervise() {
  supervisor_ = LOGQ_TRY(
      supervise::Supervisor::create(transport_, [this](int signal) { take_signal(signal); }));
  services_ = std::make_unique<TreeServices>(options_, directory_, transport_, *supervisor_);
  LoadedFile& file = trees_.at(options_.program.front().substr(directory_.size()));
  supervise::TreeObserver& observer = *this;
  root_ = std::make_unique<TreeRunner>(file.loaded.unit, file.log, observer);
  if (!LOGQ_TRY(add_tree(*root_, file))) return {};
  root_->start();
  const auto control = controls_.find(file.loaded.unit.name);
  LOGQ_TRY(supervisor_->run([&] {
    while (look()) {
    }
    return root_->is_over() && (control == controls_.end() || !control->second->holds());
  }));
  services_->close_sockets();
  const bool has_failed = root_->end() == supervise::TreeEnd::kStartFailed ||
                          root_->end() == supervise::TreeEnd::kIntensity;
  status_ = has_failed ? 1 : 0;
  if (has_failed) tell_failure();
  return {};
}

bool TreeRun::look() {
  bool was_new = root_->look();
  for (const auto& [name, control] : controls_)
    was_new |= control->look();
  return was_new;
}

void TreeRun::take_signal(int signal) {
  const auto control = controls_.find(root_->unit().name);
  if (signal == SIGTERM || signal == SIGINT) {
    if (control != controls_.end()) control->second->let_go();
    root_->stop();
  }
  // Other signals could be meant for any of them, and would end those that do not know them.
  if (signal == SIGHUP)
    root_->for_each_service([](supervise::ServiceRunner& runner) { runner.reload(); });
}

// The log may have its entries or not: its collector may be what could not be started.
void TreeRun::tell_failure() const {
  const TreeRunner* failed = root_.get();
  for (const TreeRunner* tree = failed; tree != nullptr; tree = tree->culprit().tree) {
    const auto culprit = tree->culprit();
    const bool is_start = tree->end() == supervise::TreeEnd::kStartFailed;
    std::string why = culprit.tree != nullptr ? ":" : ".";
    if (culprit.runner != nullptr) why = ": " + reason_of(*culprit.runner);
    print_error_line(tree->unit().name + ": " + culprit.name +
                     (is_start ? " could not be started" : " was the last of too many restarts") +
                     why);
  }
}

void TreeRun::tell_last_words() const {
  if (!services_) return;
  services_->tell_left_output();
  if (!services_->has_collector()) return;
  std::uint64_t dropped = services_->undelivered();
  for (const auto& [name, tree] : trees_)
    dropped += tree.log.undelivered();
  // What still waits behind the end of its own collector is about that, and nobody could take it.
  if (dropped == 0 && status_ == 0 && services_->have_own_collector()) return;
  tell_undelivered(dropped, transport_);
}

}  // namespace

bool names_tree(const Options& options) {
  return names_unit_files(options) && options.program.front().ends_with(".tree");
}

int run_tree(const Options& options) {
  return TreeRun(options).execute();
}

}  // namespace logq::cli
