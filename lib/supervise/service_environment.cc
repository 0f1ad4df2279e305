#include "supervise/service_environment.h"

#include <stdlib.h>
#include <string.h>

#include "base/try.h"
#include "supervise/account.h"
#include "supervise/credentials.h"

namespace logq::supervise {
namespace {

// As systemd: nothing of an account that is not for logging in.
void set_user_variables(const std::string& name, Environment& environment) {
  const auto account = find_account(name);
  if (!account || !account->is_known) return;
  constexpr uid_t kNobody = 65534;
  const std::string& shell = account->shell;
  const std::string& home = account->home;
  environment.set("USER=" + account->name);
  environment.set("LOGNAME=" + account->name);
  if (account->uid == kNobody) return;
  if (home.starts_with('/') && home != "/") environment.set("HOME=" + home);
  const bool is_for_logins = shell.starts_with('/') && !shell.ends_with("/nologin") &&
                             !shell.ends_with("/false") && !shell.ends_with("/true");
  if (is_for_logins) environment.set("SHELL=" + shell);
}

std::string joined_names(const std::vector<std::string>& names) {
  std::string joined;
  for (std::size_t i = 0; i < names.size(); ++i)
    joined.append(i == 0 ? "" : ":").append(names[i]);
  return joined;
}

// How a run ended: for the commands that clear up after it, and for others.
std::vector<std::string> result_variables(const Service& service, const std::string& prefix) {
  std::vector<std::string> variables{prefix +
                                     "SERVICE_RESULT=" + std::string(name_of(service.result()))};
  const auto& exit = service.main_exit();
  if (!exit) return variables;
  variables.push_back(prefix + "EXIT_CODE=" + std::string(exit->code_name()));
  variables.push_back(prefix + "EXIT_STATUS=" +
                      (exit->code == ProcessExit::Code::kExited
                           ? std::to_string(exit->status)
                           : std::string(::sigabbrev_np(exit->status))));
  return variables;
}

void set_all(const std::vector<std::string>& variables, Environment& environment) {
  for (const std::string& variable : variables)
    environment.set(variable);
}

// What the service manager says, of which the unit may say something else.
void set_own_variables(const ServiceUnit& unit,
                       const Service& service,
                       CommandKind kind,
                       const RunFacts& facts,
                       Environment& environment) {
  const auto set = [&](const std::string& name, const std::string& value) {
    environment.set(name + "=" + value);
  };
  set("INVOCATION_ID", facts.invocation.to_string());
  const ExecutionSettings& execution = unit.execution;
  if (!execution.user.empty()) set_user_variables(execution.user, environment);
  if (!execution.dynamic_user_name.empty()) {
    set("USER", execution.dynamic_user_name);
    set("LOGNAME", execution.dynamic_user_name);
  }
  const bool is_control = kind != CommandKind::kStart;
  const wire::NotifyAccess access = service.notify_access();
  const bool may_control_notify =
      access == wire::NotifyAccess::kExec || access == wire::NotifyAccess::kAll;
  if (!facts.notify_path.empty() && (!is_control || may_control_notify))
    set("NOTIFY_SOCKET", facts.notify_path);
  if (service.watchdog_usec() > 0 && !is_control)
    set("WATCHDOG_USEC", std::to_string(service.watchdog_usec()));
  if (is_control && service.main_pid()) set("MAINPID", std::to_string(*service.main_pid()));
  if (!unit.pid_file.empty()) set("PIDFILE", unit.pid_file);
  for (const std::string& assignment : facts.of_connection)
    environment.set(assignment);
  if (!facts.descriptor_names.empty()) {
    set("LISTEN_FDS", std::to_string(facts.descriptor_names.size()));
    set("LISTEN_FDNAMES", joined_names(facts.descriptor_names));
  }
  const bool is_after_run = kind == CommandKind::kStop || kind == CommandKind::kStopPost;
  if (is_after_run && !unit.name.ends_with(".socket"))
    set_all(result_variables(service, ""), environment);
  if (kind == CommandKind::kStartPre || kind == CommandKind::kStart)
    set_all(facts.monitor, environment);
}

}  // namespace

std::vector<std::string> monitor_variables(const std::string& unit,
                                           const Id128& invocation,
                                           const Service& service) {
  std::vector<std::string> variables = result_variables(service, "MONITOR_");
  if (!invocation.is_null()) variables.push_back("MONITOR_INVOCATION_ID=" + invocation.to_string());
  variables.push_back("MONITOR_UNIT=" + unit);
  return variables;
}

Result<Environment> service_environment(const ServiceUnit& unit,
                                        const Service& service,
                                        CommandKind kind,
                                        const RunFacts& facts,
                                        const std::vector<std::string>& inherited,
                                        const DirectoryRoots& roots,
                                        const std::function<void(const std::string&)>& warn) {
  Environment environment(inherited);
  // What whoever started us wants to hear from the service is for it, unless we do.
  if (!facts.notify_path.empty()) {
    for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"})
      environment.unset(name);
  }
  for (const char* name : {"LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES"})
    environment.unset(name);
  const ExecutionSettings& settings = unit.execution;
  const EnvironmentText of_files = LOGQ_TRY(read_environment_files(settings.environment_files));
  for (const std::string& complaint : of_files.complaints)
    warn(complaint);
  set_own_variables(unit, service, kind, facts, environment);
  set_all(directory_variables(settings, roots), environment);
  if (has_credentials(settings)) {
    const auto runtime = static_cast<std::size_t>(DirectoryKind::kRuntime);
    environment.set("CREDENTIALS_DIRECTORY=" + credentials_directory(roots.at(runtime), unit.name));
  }
  for (const std::string& name : settings.pass_environment) {
    if (const char* const value = ::getenv(name.c_str()); value != nullptr)
      environment.set(name + "=" + value);
  }
  set_all(settings.environment.assignments(), environment);
  set_all(of_files.assignments, environment);
  for (const std::string& name : settings.unset_environment)
    environment.unset(name);
  return environment;
}

}  // namespace logq::supervise
