// Values of settings as we read them, beside those of a booted systemd that reads the same file.
#include <array>
#include <iomanip>
#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/quantity.h"
#include "supervise/service_unit.h"
#include "supervise/socket_unit.h"
#include "support/machine_test.h"

namespace logq::test {
namespace {

using namespace supervise;
using Values = std::map<std::string, std::string>;

constexpr const char* kFull = R"([Unit]
Description=The %n of %p
Documentation=https://example.org/%p
StartLimitIntervalSec=1min 30s
StartLimitBurst=7
[Service]
Type=forking
PIDFile=full/pid
ExecStart=/bin/true
RemainAfterExit=on
GuessMainPID=0
NotifyAccess=exec
FileDescriptorStoreMax=0x10
Restart=on-abnormal
RestartSec=1500ms
TimeoutStartSec=2min
TimeoutStopSec=0
TimeoutAbortSec=7
RuntimeMaxSec=1h 5min
WatchdogSec=3
KillMode=mixed
KillSignal=SIGINT
RestartKillSignal=HUP
FinalKillSignal=3
WatchdogSignal=RTMIN+2
SendSIGHUP=y
SendSIGKILL=f
User=nobody
Group=daemon
SupplementaryGroups=adm tty
UMask=77
Nice=-7
OOMScoreAdjust=-500
LimitNOFILE=1024:4096
LimitAS=1.5G:infinity
LimitCPU=1500ms
LimitRTTIME=2s
LimitNICE=-5
NoNewPrivileges=yes
AmbientCapabilities=CAP_KILL CAP_CHOWN
IgnoreSIGPIPE=no
WorkingDirectory=-/srv//%p/.
Environment=A=1 "B=x y" A=2
UnsetEnvironment=LANG C=1
PassEnvironment=TERM
StandardOutput=append:/var/log//%p
StandardError=null
SyslogIdentifier=%p-x
SyslogFacility=local3
SyslogLevel=notice
SyslogLevelPrefix=no
LogLevelMax=err
LogRateLimitIntervalSec=5
LogRateLimitBurst=9
RuntimeDirectory=full a/./b/
RuntimeDirectoryMode=0700
RuntimeDirectoryPreserve=restart
StateDirectory=s
)";

constexpr const char* kFullSocket = R"([Socket]
ListenStream=/run/full//socket
ListenDatagram=@%p
ListenSequentialPacket=/run/full/../packets
ListenFIFO=/run//full/fifo
ListenStream=0x50
ListenStream=127.0.0.1:0o17
ListenDatagram=[::1]:80
ListenStream=vsock::7
ListenNetlink=kobject-uevent   0x2
ListenSpecial=/dev//null
ListenMessageQueue=/%p
Writable=yes
MessageQueueMaxMessages=0x10
MessageQueueMessageSize=100
FileDescriptorName=%p-x
SocketMode=0600
DirectoryMode=0711
SocketUser=daemon
SocketGroup=adm
RemoveOnStop=yes
BindIPv6Only=yes
BindToDevice=lo
Backlog=0x10
ReusePort=1
NoDelay=1
KeepAlive=1
KeepAliveTimeSec=1min 30s
KeepAliveIntervalSec=5
KeepAliveProbes=3
DeferAcceptSec=2500ms
FreeBind=1
Transparent=1
Broadcast=1
PassCredentials=1
PassSecurity=1
PassPacketInfo=1
Timestamping=yes
ReceiveBuffer=1.5M
SendBuffer=64K
PipeSize=128K
Priority=3
Mark=0x11
IPTOS=throughput
IPTTL=7
TCPCongestion=%p
TriggerLimitIntervalSec=3min
TriggerLimitBurst=9
MaxConnections=5
MaxConnectionsPerSource=2
FlushPending=yes
TimeoutSec=7
)";

// By the numbers of our enumerations.
constexpr std::array<const char*, 6> kTypes = {"simple",  "exec",   "forking",
                                               "oneshot", "notify", "notify-reload"};
constexpr std::array<const char*, 7> kRestartValues = {
    "no", "always", "on-success", "on-failure", "on-abnormal", "on-abort", "on-watchdog"};
constexpr std::array<const char*, 4> kKillModes = {"control-group", "mixed", "process", "none"};
constexpr std::array<const char*, 4> kAccesses = {"none", "main", "exec", "all"};

std::string yes_or_no(bool value) {
  return value ? "yes" : "no";
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words)
    text += (text.empty() ? "" : " ") + word;
  return text;
}

std::string octal(mode_t mode) {
  std::ostringstream text;
  text << std::oct << std::setfill('0') << std::setw(4) << mode;
  return text.str();
}

void add_run_values(const ServiceUnit& unit, Values& values) {
  const auto span = [](std::uint64_t usec) { return base::format_time_span(usec); };
  const ServiceTimeouts& times = unit.timeouts;
  values["Type"] = kTypes[static_cast<std::size_t>(unit.type)];
  values["Restart"] = kRestartValues[static_cast<std::size_t>(unit.restart.restart)];
  values["KillMode"] = kKillModes[static_cast<std::size_t>(unit.kill.mode)];
  values["NotifyAccess"] = kAccesses[static_cast<std::size_t>(unit.notify_access)];
  values["Description"] = unit.description.empty() ? unit.name : unit.description;
  values["Documentation"] = joined(unit.documentation);
  values["StartLimitIntervalUSec"] = span(unit.start_limit.interval_usec);
  values["StartLimitBurst"] = std::to_string(unit.start_limit.burst);
  values["PIDFile"] = unit.pid_file;
  values["RemainAfterExit"] = yes_or_no(unit.remains_after_exit);
  values["GuessMainPID"] = yes_or_no(unit.guesses_main_pid);
  values["FileDescriptorStoreMax"] = std::to_string(unit.descriptor_store_max);
  values["RestartUSec"] = span(unit.restart.delay_usec);
  values["TimeoutStartUSec"] = span(times.start_usec);
  values["TimeoutStopUSec"] = span(times.stop_usec);
  values["TimeoutAbortUSec"] = span(times.abort_usec.value_or(times.stop_usec));
  values["RuntimeMaxUSec"] = span(times.runtime_usec);
  values["KillSignal"] = std::to_string(unit.kill.signal);
  const int restart_signal = unit.kill.restart_signal;
  values["RestartKillSignal"] =
      std::to_string(restart_signal == 0 ? unit.kill.signal : restart_signal);
  values["FinalKillSignal"] = std::to_string(unit.kill.final_signal);
  values["WatchdogSignal"] = std::to_string(unit.kill.watchdog_signal);
  values["SendSIGHUP"] = yes_or_no(unit.kill.sends_hup);
  values["SendSIGKILL"] = yes_or_no(unit.kill.sends_kill);
}

void add_execution_values(const ExecutionSettings& found, Values& values) {
  values["User"] = found.user;
  values["Group"] = found.group;
  values["SupplementaryGroups"] = joined(found.supplementary_groups);
  values["UMask"] = octal(found.umask);
  values["Nice"] = std::to_string(found.nice.value_or(0));
  if (found.oom_score_adjust) values["OOMScoreAdjust"] = std::to_string(*found.oom_score_adjust);
  values["NoNewPrivileges"] = yes_or_no(found.has_no_new_privileges);
  values["IgnoreSIGPIPE"] = yes_or_no(found.ignores_sigpipe);
  values["WorkingDirectory"] =
      (found.may_lack_working_directory ? "!" : "") + found.working_directory;
  values["AmbientCapabilities"] =
      found.ambient_capabilities == 0b100001 ? "cap_chown cap_kill" : "";
  values["UnsetEnvironment"] = joined(found.unset_environment);
  values["PassEnvironment"] = joined(found.pass_environment);
  values["RuntimeDirectory"] = joined(found.directories[0].names);
  values["RuntimeDirectoryMode"] = octal(found.directories[0].mode);
  values["StateDirectory"] = joined(found.directories[1].names);
  const auto limit = [](rlim_t number) {
    return number == RLIM_INFINITY ? "infinity" : std::to_string(number);
  };
  const std::map<int, std::string> names = {{RLIMIT_NOFILE, "LimitNOFILE"},
                                            {RLIMIT_AS, "LimitAS"},
                                            {RLIMIT_CPU, "LimitCPU"},
                                            {RLIMIT_RTTIME, "LimitRTTIME"},
                                            {RLIMIT_NICE, "LimitNICE"}};
  for (const ResourceLimit& set : found.limits) {
    values[names.at(set.resource)] = limit(*set.hard);
    values[names.at(set.resource) + "Soft"] = limit(set.soft);
  }
}

void add_socket_options(const SocketOptions& options, Values& values) {
  constexpr std::array<const char*, 3> kBinds = {"default", "both", "ipv6-only"};
  constexpr std::array<const char*, 3> kStamps = {"off", "us", "ns"};
  const auto span = [](std::uint64_t usec) { return base::format_time_span(usec); };
  values["BindIPv6Only"] = kBinds[static_cast<std::size_t>(options.bind_ipv6_only)];
  values["Timestamping"] = kStamps[static_cast<std::size_t>(options.timestamping)];
  values["BindToDevice"] = options.device;
  values["TCPCongestion"] = options.congestion_control;
  values["Backlog"] = std::to_string(options.backlog);
  values["ReceiveBuffer"] = std::to_string(options.receive_buffer);
  values["SendBuffer"] = std::to_string(options.send_buffer);
  values["PipeSize"] = std::to_string(options.pipe_size);
  values["KeepAliveTimeUSec"] = span(options.keep_alive_time_usec);
  values["KeepAliveIntervalUSec"] = span(options.keep_alive_interval_usec);
  values["KeepAliveProbes"] = std::to_string(options.keep_alive_probes);
  values["DeferAcceptUSec"] = span(options.defer_accept_usec);
  values["Priority"] = std::to_string(options.priority);
  values["Mark"] = std::to_string(options.mark);
  values["IPTOS"] = std::to_string(options.ip_tos);
  values["IPTTL"] = std::to_string(options.ip_ttl);
  values["ReusePort"] = yes_or_no(options.reuses_port);
  values["NoDelay"] = yes_or_no(options.has_no_delay);
  values["KeepAlive"] = yes_or_no(options.keeps_alive);
  values["FreeBind"] = yes_or_no(options.binds_freely);
  values["Transparent"] = yes_or_no(options.is_transparent);
  values["Broadcast"] = yes_or_no(options.may_broadcast);
  values["PassCredentials"] = yes_or_no(options.passes_credentials);
  values["PassSecurity"] = yes_or_no(options.passes_security);
  values["PassPacketInfo"] = yes_or_no(options.passes_packet_info);
}

Values values_of(const SocketUnit& unit) {
  constexpr std::array<const char*, 7> kKinds = {
      "Stream", "Datagram", "SequentialPacket", "Netlink", "FIFO", "Special", "MessageQueue"};
  Values values;
  add_socket_options(unit.options, values);
  values["FileDescriptorName"] = descriptor_name_of(unit);
  values["SocketMode"] = octal(unit.nodes.mode);
  values["DirectoryMode"] = octal(unit.nodes.directory_mode);
  values["SocketUser"] = unit.nodes.user;
  values["SocketGroup"] = unit.nodes.group;
  values["Symlinks"] = joined(unit.nodes.symlinks);
  values["RemoveOnStop"] = yes_or_no(unit.nodes.are_removed_on_stop);
  values["Writable"] = yes_or_no(unit.is_special_writable);
  values["MessageQueueMaxMessages"] = std::to_string(unit.message_queue.messages);
  values["MessageQueueMessageSize"] = std::to_string(unit.message_queue.message_size);
  values["FlushPending"] = yes_or_no(unit.flushes_pending);
  values["MaxConnections"] = std::to_string(unit.max_connections);
  values["MaxConnectionsPerSource"] = std::to_string(unit.max_connections_per_source);
  values["TriggerLimitIntervalUSec"] = base::format_time_span(unit.trigger_limit.interval_usec);
  values["TriggerLimitBurst"] = std::to_string(unit.trigger_burst());
  values["TimeoutUSec"] = base::format_time_span(unit.timeout_usec);
  values["Triggers"] = unit.service;
  for (const Listener& listener : unit.listeners) {
    values["Listen"] += (values["Listen"].empty() ? "" : "\n") + listener.address.text() + " (" +
                        kKinds[static_cast<std::size_t>(listener.kind)] + ")";
  }
  return values;
}

void add_log_values(const LogSettings& log, Values& values) {
  values["SyslogIdentifier"] = log.identifier;
  values["SyslogFacility"] = std::to_string(log.facility);
  values["SyslogLevel"] = std::to_string(log.level);
  values["SyslogLevelPrefix"] = yes_or_no(log.has_level_prefix);
  if (log.max_level) values["LogLevelMax"] = std::to_string(*log.max_level);
  values["LogRateLimitIntervalUSec"] = base::format_time_span(log.rate_interval_usec.value_or(0));
  values["LogRateLimitBurst"] = std::to_string(log.rate_burst.value_or(0));
}

class UnitValues : public MachineTest {
 protected:
  static void SetUpTestSuite() { boot(); }

  // The unit as we read it; it is the machine's, too, then.
  static ServiceUnit add(const std::string& name, const std::string& text) {
    machine_->add_unit(name, text);
    LoadedService service = read_service(name, {{name, text}}, HostFacts::of_this_process());
    for (const UnitProblem& problem : service.problems) {
      const bool is_only_ours =
          problem.message.find("is not honoured by logq-run yet") != std::string::npos;
      EXPECT_TRUE(is_only_ours) << problem.text();
    }
    return service.unit;
  }

  static SocketUnit add_socket(const std::string& name, const std::string& text) {
    machine_->add_unit(name + ".service", "[Service]\nExecStart=/bin/true\n");
    machine_->add_unit(name + ".socket", text);
    return read_socket_unit(name + ".socket", {{name, text}}, HostFacts::of_this_process()).unit;
  }

  static std::string lines_of(const Values& values) {
    std::string lines;
    for (const auto& [key, value] : values)
      lines += key + "=" + value + "\n";
    return lines;
  }

  static void compare(const std::string& name, const ServiceUnit& unit) {
    Values ours;
    add_run_values(unit, ours);
    add_execution_values(unit.execution, ours);
    add_log_values(unit.log, ours);
    compare_values(name, std::move(ours));
  }

  // Of the unit's properties those that we have, too. A list has its key on each line.
  static void compare_values(const std::string& name, Values ours) {
    std::erase_if(ours, [](const auto& item) { return item.second.empty(); });  // not shown
    Values theirs;
    std::istringstream shown(machine_->output_of({"systemctl", "show", name}));
    for (std::string line; std::getline(shown, line);) {
      const std::string key = line.substr(0, line.find('='));
      if (!ours.contains(key)) continue;
      theirs[key] += (theirs[key].empty() ? "" : "\n") + line.substr(key.size() + 1);
    }
    EXPECT_EQ(lines_of(ours), lines_of(theirs));
  }
};

TEST_F(UnitValues, AreThoseOfSystemd) {
  compare("full.service", add("full.service", kFull));
}

TEST_F(UnitValues, AreSystemdsByDefault) {
  compare("least.service", add("least.service", "[Service]\nExecStart=/bin/true\n"));
}

TEST_F(UnitValues, OfSocketsAreThoseOfSystemd) {
  compare_values("full.socket", values_of(add_socket("full", kFullSocket)));
}

TEST_F(UnitValues, OfSocketsAreSystemdsByDefault) {
  compare_values("least.socket", values_of(add_socket("least", "[Socket]\nListenStream=80\n")));
}

TEST_F(UnitValues, OfEnvironmentsAndCommandLinesReachTheProgram) {
  const std::string file =
      "# comment \\\nSKIPPED=1\nQ='a \"b\" \\n' \"c\\\"\\$\\x\"\nW=x \\\n y  \n E = 1 "
      "\nM=\"1\n2\"\n"
      "N=\\q\\\\\nnothing\nSPLIT='a b'  c\\ d\n";
  write_text_file(machine_->path("/run/unit.env"), file);
  const ServiceUnit unit = add("argv.service", R"([Service]
Type=oneshot
Environment=ONE=one "TWO='a b'  c" EMPTY= MONEY=$$
EnvironmentFile=/run/unit.env
StandardOutput=append:/run/argv.out
ExecStart=/usr/bin/printf "[%%s]" $ONE ${ONE} x${ONE}y x$ONE $TWO ${TWO} "$TWO" $NONE ${NONE} \
  $EMPTY ${EMPTY} $$ONE $${ONE} a$$ ${ONE $ $NONE/x $MONEY ${MONEY} \x41\u00e4\s\t ';' \; "a b"'c' \
  $Q ${Q} ${W} ${E} ${M} ${N} $SPLIT ${SPLIT} 50% %p ""
ExecStart=:/usr/bin/printf "[%%s]" $ONE $$ ${TWO}
)");
  supervise::Environment environment = unit.execution.environment;
  const auto parsed = parse_environment_file(file);
  ASSERT_TRUE(parsed);
  for (const std::string& assignment : parsed->assignments)
    environment.set(assignment);
  std::string ours;
  for (const ExecCommand& command : unit.commands.start) {
    const auto argv = substitute(command, [&](auto name) { return environment.value_of(name); });
    for (std::size_t i = 2; i < argv.size(); ++i)
      ours += "[" + argv[i] + "]";
  }

  EXPECT_EQ(machine_->run({"systemctl", "start", "argv.service"}).err, "");
  EXPECT_EQ(read_text_file(machine_->path("/run/argv.out")), ours);
}

}  // namespace
}  // namespace logq::test
