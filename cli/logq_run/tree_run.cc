#include "logq_run/tree_run.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/try.h"
#include "common/run.h"
#include "logq/transport.h"
#include "logq_run/last_words.h"
#include "logq_run/run_command.h"
#include "logq_run/service_control_setup.h"
#include "logq_run/service_setup.h"
#include "logq_run/socket_setup.h"
#include "supervise/patient_transport.h"
#include "supervise/relations.h"
#include "supervise/supervisor.h"
#include "supervise/tree_runner.h"

namespace logq::cli {
namespace {

using supervise::TreeRunner;
using supervise::TreeUnit;
using namespace std::chrono_literals;

class TreeRun {
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
  Result<bool> add_children(TreeRunner& runner, LoadedFile& file);
  Result<bool> add_service(TreeRunner& runner, const std::string& name);
  Result<TreeRunner::ServiceChild> service_of(const std::string& name);
  Result<void> supervise();
  void take_signal(int signal);
  void tell_last_words() const;

  const Options& options_;
  const std::string directory_;  // of all files; ends with a slash, or is empty
  supervise::PatientTransport transport_{
      make_native_transport({.socket_path = {}, .max_block = 0s})};
  std::map<std::string, LoadedFile> trees_;
  std::set<std::string> names_;  // of all units in them
  std::deque<std::unique_ptr<ServiceSetup>> services_;
  std::deque<SocketSetup> sockets_;
  std::unique_ptr<supervise::Supervisor> supervisor_;
  std::unique_ptr<TreeRunner> root_;
  std::deque<ControlSetup> controls_;  // of the services
  int status_ = kOwnFailure;
};

int TreeRun::execute() {
  if (load()) {
    const auto done = supervise();
    if (!done) print_error_line(done.error().message());
  }
  transport_.be_patient_again();
  transport_.flush(kLastPatience);
  tell_last_words();
  if (::getpid() == 1) supervise::end_others(5s);
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

Result<bool> TreeRun::add_children(TreeRunner& runner, LoadedFile& file) {
  const TreeUnit& unit = file.loaded.unit;
  for (const std::string& name : unit.children) {
    if (supervise::is_tree_name(name)) {
      LoadedFile& inner = *tree_of(name);
      if (!LOGQ_TRY(add_children(runner.add_tree(inner.loaded.unit, inner.log), inner)))
        return false;
    } else if (!LOGQ_TRY(add_service(runner, name))) {
      return false;
    }
  }
  tell_problems(supervise::check_significance(unit, runner.children()), file.log);
  return true;
}

Result<bool> TreeRun::add_service(TreeRunner& runner, const std::string& name) {
  if (name.find("@.") != std::string::npos) {
    runner.add_template(name, unit_of_file(directory_ + name).unit.restart);
    return true;
  }
  auto child = LOGQ_TRY(service_of(name));
  if (child.runner == nullptr) return false;
  runner.add_service(name, std::move(child));
  return true;
}

// Without a runner where the service must not be started, of which has been told.
Result<TreeRunner::ServiceChild> TreeRun::service_of(const std::string& name) {
  supervise::LoadedService loaded = unit_of_file(directory_ + name);
  TreeRunner::ServiceChild child;
  child.restart = loaded.unit.restart;
  for (const auto& linked : {loaded.unit.dependencies.binds_to, loaded.unit.dependencies.part_of})
    child.links.insert(child.links.end(), linked.begin(), linked.end());
  SocketSetup& sockets = sockets_.emplace_back(transport_);
  if (loaded.is_usable() && !sockets.add_of(loaded.unit, directory_)) return child;
  // The tree's order is what they say of each other; links are BindsTo= and PartOf=.
  std::set<std::string> run = sockets.names();
  run.insert(names_.begin(), names_.end());
  supervise::forget_met_relations(loaded, run);
  loaded.unit = supervise::as_child(std::move(loaded.unit));
  int status = 0;
  auto setup = set_up_service(options_, std::move(loaded), transport_, status);
  if (!setup) return child;
  ControlSetup& control = controls_.emplace_back();
  if (!control.take_directory(options_, name, setup->log)) {
    status_ = kTemporaryFailure;
    return child;
  }
  if (!sockets.open(supervisor_->loop(), setup->runner)) return child;
  child.runner =
      LOGQ_TRY(supervisor_->add(setup->loaded.unit, setup->log, std::move(setup->runner)));
  services_.push_back(std::move(setup));
  control.open(*child.runner, supervisor_->loop(),
               {.start = [this, name] { root_->request_start(name); },
                .stop = [this, name] { root_->request_stop(name); }});
  child.on_refused = [&control] { control.refuse_waiting(); };
  return child;
}

Result<void> TreeRun::supervise() {
  supervisor_ = LOGQ_TRY(
      supervise::Supervisor::create(transport_, [this](int signal) { take_signal(signal); }));
  LoadedFile& file = trees_.at(options_.program.front().substr(directory_.size()));
  root_ = std::make_unique<TreeRunner>(file.loaded.unit, file.log, [this](const std::string& name) {
    auto made = service_of(name);
    return made ? *std::move(made) : TreeRunner::ServiceChild();
  });
  if (!LOGQ_TRY(add_children(*root_, file))) return {};
  root_->start();
  LOGQ_TRY(supervisor_->run([&] {
    root_->look();
    return root_->is_over();
  }));
  for (SocketSetup& sockets : sockets_)
    sockets.close();
  const bool has_failed = root_->end() == supervise::TreeEnd::kStartFailed ||
                          root_->end() == supervise::TreeEnd::kIntensity;
  status_ = has_failed ? 1 : 0;
  return {};
}

void TreeRun::take_signal(int signal) {
  if (signal == SIGTERM || signal == SIGINT) root_->stop();
  // Other signals could be meant for any of them, and would end those that do not know them.
  if (signal == SIGHUP)
    root_->for_each_service([](supervise::ServiceRunner& runner) { runner.reload(); });
}

void TreeRun::tell_last_words() const {
  bool has_collector = false;
  if (root_) {
    root_->for_each_service([&](const supervise::ServiceRunner& runner) {
      tell_left_output(runner);
      has_collector |= runner.has_collector();
    });
  }
  if (!has_collector) return;
  std::uint64_t dropped = 0;
  for (const auto& service : services_)
    dropped += service->log.undelivered();
  for (const auto& [name, tree] : trees_)
    dropped += tree.log.undelivered();
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
