#include "supervise/service_facts.h"

#include <unistd.h>

#include <filesystem>
#include <utility>

#include "supervise/json_object.h"

namespace logq::supervise {
namespace {

std::uint64_t number_of(std::optional<pid_t> pid) {
  return static_cast<std::uint64_t>(pid.value_or(0));
}

void add_last_end(const Service& service, JsonObject& object) {
  object.add("Result", name_of(service.result()));
  const auto& exit = service.main_exit();
  if (!exit) return;
  object.add("ExecMainCode", exit->code_name());
  object.add("ExecMainStatus", static_cast<std::uint64_t>(exit->status));
  object.add("ExecMainStatusText", exit->status_text());
}

}  // namespace

std::string describe_service(const ServiceRunner& runner, const ServiceFacts& facts) {
  const Service& service = runner.service();
  const ServiceUnit& unit = runner.unit();
  JsonObject object;
  object.add("Id", unit.name);
  object.add("Description", unit.description);
  if (!unit.file.empty()) object.add("FragmentPath", std::filesystem::absolute(unit.file).string());
  object.add("ActiveState", active_name_of(service.state()));
  object.add("SubState", name_of(service.state()));
  object.add("StateChangeTimestamp", facts.active_since_usec);
  object.add("MainPID", number_of(service.main_pid()));
  object.add("ControlPID", number_of(service.control_pid()));
  add_last_end(service, object);
  object.add("NRestarts", std::uint64_t{service.restarts()});
  if (!service.status_text().empty()) object.add("StatusText", service.status_text());
  if (service.status_errno() != 0)
    object.add("StatusErrno", static_cast<std::uint64_t>(service.status_errno()));
  if (!runner.invocation().is_null()) object.add("InvocationID", runner.invocation().to_string());
  object.add("SupervisorPID", number_of(::getpid()));
  object.add("Wanted", facts.wanted);
  object.add_flag("Paused", facts.is_paused);
  object.add_flag("SupervisorLeaves", facts.is_leaving);
  return std::move(object).line();
}

}  // namespace logq::supervise
