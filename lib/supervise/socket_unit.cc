#include "supervise/socket_unit.h"

#include <algorithm>
#include <array>
#include <utility>

#include "supervise/setting_kinds.h"
#include "supervise/unit_reader.h"

namespace logq::supervise {
namespace {

using ListenerKind = Listener::Kind;
using SocketSetting = UnitSetting<SocketUnit>;

constexpr std::array<std::string_view, 3> kSocketSections = {"Unit", "Socket", "Install"};

const SocketSetting* find_socket_setting(std::string_view section, std::string_view key) {
  std::span<const SocketSetting> table;
  if (section == "Unit") table = unit_settings<SocketUnit>();
  if (section == "Socket") table = socket_settings();
  const auto found = std::ranges::find(table, key, &SocketSetting::key);
  return found == table.end() ? nullptr : &*found;
}

// "hello.service" of "hello.socket"; where it accepts "hello@.service", as of "hello@x.socket".
std::string service_of(const SocketUnit& unit) {
  const std::string stem = unit.name.substr(0, unit.name.rfind('.'));
  return unit.accepts ? stem.substr(0, stem.find('@')) + "@.service" : stem + ".service";
}

class SocketReader : public UnitReader<SocketUnit> {
 public:
  SocketReader(const std::string& name, const std::string& file, const HostFacts& host)
      : UnitReader(name, file, host, kSocketSections, &find_socket_setting) {}

  LoadedSocket finish();

 private:
  bool apply_otherwise(const UnitAssignment& assignment, const std::string& file) override;
  void check();
  void check_accepting();
};

// The keys of processes, which are those of services.
bool SocketReader::apply_otherwise(const UnitAssignment& assignment, const std::string& file) {
  const Setting* const setting =
      assignment.section == "Socket" ? find_process_setting(assignment.key) : nullptr;
  if (setting == nullptr) return false;
  LoadedService process;
  process.unit = std::move(unit().process);
  SettingReading reading(assignment, file, specifiers(), process);
  setting->apply(reading);
  const std::string pending = pending_part("Service", assignment.key, assignment.value);
  if (process.problems.empty() && !pending.empty()) {
    reading.ignore(
        "Key '" + assignment.key + "' in section [Socket] is not honoured by logq-run yet",
        pending);
  }
  unit().process = std::move(process.unit);
  add_problems(process.problems);
  return true;
}

void SocketReader::check_accepting() {
  const SocketUnit& unit = this->unit();
  if (!std::ranges::all_of(unit.listeners, &Listener::can_accept)) {
    return refuse("Unit configured for accepting sockets, but sockets are non-accepting.");
  }
  if (unit.max_connections == 0) return refuse("MaxConnection= setting too small.");
  if (unit.is_service_set) {
    return refuse("Explicit service configuration for accepting socket units not supported.");
  }
}

void SocketReader::check() {
  const SocketUnit& unit = this->unit();
  if (unit.listeners.empty()) {
    return refuse("Unit has no Listen setting (ListenStream=, ListenDatagram=, ListenFIFO=, ...).");
  }
  if (unit.accepts) check_accepting();
  if (!is_usable()) return;
  const auto has_node = [](const Listener& listener) { return !listener.node().empty(); };
  if (!unit.nodes.symlinks.empty() && std::ranges::count_if(unit.listeners, has_node) != 1) {
    refuse("Unit has symlinks set but none or more than one node in the file system.");
  }
}

LoadedSocket SocketReader::finish() {
  if (!unit().is_service_set) unit().service = service_of(unit());
  if (is_usable()) {
    check();
  } else {
    tell_of_fatal_problems();
  }
  return take();
}

// "NAME=" of an argument, which is taken off it.
std::string take_name(std::string_view& argument) {
  const std::size_t equals = argument.find('=');
  const std::string_view name = argument.substr(0, equals);
  if (equals == std::string_view::npos || name.find_first_of("/@[:") != std::string_view::npos) {
    return {};
  }
  argument.remove_prefix(equals + 1);
  return std::string(name);
}

ListenerKind take_kind(std::string_view& argument) {
  constexpr std::array<std::pair<std::string_view, ListenerKind>, 3> kKinds = {
      {{"dgram:", ListenerKind::kDatagram},
       {"seqpacket:", ListenerKind::kSequentialPacket},
       {"fifo:", ListenerKind::kFifo}}};
  for (const auto& [prefix, kind] : kKinds) {
    if (!argument.starts_with(prefix)) continue;
    argument.remove_prefix(prefix.size());
    return kind;
  }
  return ListenerKind::kStream;
}

// What is wrong with the address; empty when nothing is.
std::string set_address(std::string_view text, Listener& listener) {
  if (listener.kind == ListenerKind::kFifo) {
    if (!text.starts_with('/') || climbs(text)) return "not an absolute path without \"..\"";
    listener.address.path = simplified_path(text);
    return {};
  }
  auto address = parse_socket_address(text);
  if (!address) return std::string(address.error().what);
  if (listener.kind == ListenerKind::kSequentialPacket && !address->is_unix()) {
    return "sequential packets need a unix socket";
  }
  listener.address = *std::move(address);
  return {};
}

}  // namespace

std::string Listener::node() const {
  const bool is_path = address.family == SocketAddress::Family::kPath;
  return is_path && kind <= ListenerKind::kFifo ? address.path : "";
}

LoadedSocket read_socket_unit(const std::string& unit_name,
                              const std::vector<UnitFileText>& files,
                              const HostFacts& host) {
  SocketReader reader(unit_name, files.front().file, host);
  reader.read_all(files);
  return reader.finish();
}

LoadedSocket load_socket(const std::string& path, const HostFacts& host) {
  const UnitFileTexts files = read_unit_files(path, "socket");
  if (files.trouble) return unreadable_unit<SocketUnit>(files);
  return read_socket_unit(files.unit_name, files.texts, host);
}

std::string descriptor_name_of(const SocketUnit& unit) {
  std::string name;
  for (const char c : unit.descriptor_name.empty() ? unit.name : unit.descriptor_name)
    name.append(c == ':' ? "\\x3a" : std::string(1, c));
  return name;
}

ListenArgument read_listen_argument(std::string_view argument, const std::string& service) {
  const auto wrong = [whole = std::string(argument)](const std::string& what) {
    return ListenArgument{std::nullopt, "cannot listen at '" + whole + "': " + what};
  };
  SocketUnit unit;
  unit.name = service.substr(0, service.rfind('.')) + ".socket";
  unit.service = service;
  unit.is_service_set = true;
  std::string_view rest = argument;
  unit.descriptor_name = take_name(rest);
  if (!is_descriptor_name(unit.descriptor_name)) return wrong("bad name of a descriptor");
  Listener listener;
  listener.kind = take_kind(rest);
  if (const std::string complaint = set_address(rest, listener); !complaint.empty()) {
    return wrong(complaint);
  }
  unit.listeners.push_back(std::move(listener));
  return {std::move(unit), {}};
}

}  // namespace logq::supervise
