#include "wire/notify_message.h"

#include <string.h>

#include <algorithm>
#include <array>
#include <bitset>
#include <limits>
#include <utility>

#include "wire/loose_integer.h"
#include "wire/utf8.h"

namespace logq::wire {
namespace {

constexpr std::size_t kDescriptorNameMax = 255;
constexpr int kErrnoMax = 4095;  // the kernel's

using State = NotifyMessage::State;

bool is_descriptor_name(std::string_view name) {
  const auto fits = [](char c) { return c >= ' ' && c < 127 && c != ':'; };
  return name.size() <= kDescriptorNameMax && std::ranges::all_of(name, fits);
}

// A number from `least` to `most`.
std::optional<int> parse_integer(std::string_view text, std::uint64_t least, std::uint64_t most) {
  const auto number = parse_loose_unsigned(text);
  if (!number || *number < least || *number > most) return std::nullopt;
  return static_cast<int>(*number);
}

// "2" or "ENOENT".
std::optional<int> parse_errno(std::string_view text) {
  if (const auto number = parse_integer(text, 0, kErrnoMax)) return number;
  for (int number = 1; number <= kErrnoMax; ++number) {
    const char* name = ::strerrorname_np(number);
    if (name != nullptr && text == name) return number;
  }
  return std::nullopt;
}

// Stores what `parsed` has; complains where it has nothing.
template <typename T>
void keep(std::optional<T> parsed,
          std::optional<T>& field,
          std::string_view complaint,
          NotifyMessage& message) {
  if (parsed) field = parsed;
  if (!parsed) message.complaints.push_back(complaint);
}

template <State kState>
void apply_state(std::string_view value, NotifyMessage& message) {
  if (value == "1") message.state = std::max(message.state.value_or(kState), kState);
}

template <bool NotifyMessage::*kFlag>
void apply_flag(std::string_view value, NotifyMessage& message) {
  if (value == "1") message.*kFlag = true;
}

void apply_no_poll(std::string_view value, NotifyMessage& message) {
  if (value == "0") message.poll_descriptors = false;
}

void apply_monotonic(std::string_view value, NotifyMessage& message) {
  keep(parse_loose_unsigned(value), message.monotonic_usec, "MONOTONIC_USEC= is no number",
       message);
}

void apply_status(std::string_view value, NotifyMessage& message) {
  if (is_valid_utf8(value)) {
    message.status = value;
  } else {
    message.complaints.emplace_back("STATUS= is not UTF-8");
  }
}

void apply_errno(std::string_view value, NotifyMessage& message) {
  keep(parse_errno(value), message.sys_errno, "ERRNO= is no error number", message);
}

template <std::optional<std::string_view> NotifyMessage::*kText>
void apply_text(std::string_view value, NotifyMessage& message) {
  message.*kText = value;
}

void apply_exit_status(std::string_view value, NotifyMessage& message) {
  keep(parse_integer(value, 0, 255), message.exit_status, "EXIT_STATUS= is no exit status",
       message);
}

void apply_main_pid(std::string_view value, NotifyMessage& message) {
  constexpr auto kPidMax = static_cast<std::uint64_t>(std::numeric_limits<int>::max());
  keep(parse_integer(value, 1, kPidMax), message.main_pid, "MAINPID= is no process number",
       message);
}

void apply_main_pidfd_id(std::string_view value, NotifyMessage& message) {
  keep(parse_loose_unsigned(value), message.main_pidfd_id, "MAINPIDFDID= is no number", message);
}

void apply_watchdog(std::string_view value, NotifyMessage& message) {
  using Watchdog = NotifyMessage::Watchdog;
  if (value == "1") {
    message.watchdog = Watchdog::kPing;
  } else if (value == "trigger") {
    message.watchdog = Watchdog::kTrigger;
  } else {
    message.complaints.emplace_back("WATCHDOG= is neither 1 nor trigger");
  }
}

void apply_watchdog_usec(std::string_view value, NotifyMessage& message) {
  keep(parse_loose_unsigned(value), message.watchdog_usec, "WATCHDOG_USEC= is no number", message);
}

void apply_extend_timeout(std::string_view value, NotifyMessage& message) {
  keep(parse_loose_unsigned(value), message.extend_timeout_usec,
       "EXTEND_TIMEOUT_USEC= is no number", message);
}

void apply_notify_access(std::string_view value, NotifyMessage& message) {
  keep(parse_notify_access(value), message.notify_access,
       "NOTIFYACCESS= is not none, main, exec or all", message);
}

void apply_descriptor_name(std::string_view value, NotifyMessage& message) {
  if (!is_descriptor_name(value)) {
    message.complaints.emplace_back("FDNAME= is no name of a descriptor");
    return;
  }
  message.descriptor_names = {value};
  message.one_name_for_all = true;
}

void apply_descriptor_names(std::string_view value, NotifyMessage& message) {
  if (message.one_name_for_all) return;
  std::vector<std::string_view> names;
  while (!value.empty()) {
    names.push_back(value.substr(0, value.find(':')));
    value.remove_prefix(std::min(names.back().size() + 1, value.size()));
  }
  if (std::ranges::all_of(names, is_descriptor_name)) {
    message.descriptor_names = std::move(names);
  } else {
    message.complaints.emplace_back("FDNAMES= is no list of names of descriptors");
  }
}

enum class Repeated : std::uint8_t { kFirstCounts, kAnyCounts };

struct Key {
  std::string_view name;
  Repeated repeated;
  void (*apply)(std::string_view value, NotifyMessage& message);
};

using M = NotifyMessage;
constexpr std::array kKeys = {
    Key{"READY", Repeated::kAnyCounts, &apply_state<State::kReady>},
    Key{"RELOADING", Repeated::kAnyCounts, &apply_state<State::kReloading>},
    Key{"STOPPING", Repeated::kAnyCounts, &apply_state<State::kStopping>},
    Key{"BARRIER", Repeated::kAnyCounts, &apply_flag<&M::is_barrier>},
    Key{"RESTART_RESET", Repeated::kAnyCounts, &apply_flag<&M::reset_restarts>},
    Key{"FDSTORE", Repeated::kAnyCounts, &apply_flag<&M::store_descriptors>},
    Key{"FDSTOREREMOVE", Repeated::kAnyCounts, &apply_flag<&M::remove_descriptors>},
    Key{"FDPOLL", Repeated::kAnyCounts, &apply_no_poll},
    Key{"MAINPIDFD", Repeated::kAnyCounts, &apply_flag<&M::has_main_pidfd>},
    Key{"MONOTONIC_USEC", Repeated::kFirstCounts, &apply_monotonic},
    Key{"STATUS", Repeated::kFirstCounts, &apply_status},
    Key{"ERRNO", Repeated::kFirstCounts, &apply_errno},
    Key{"BUSERROR", Repeated::kFirstCounts, &apply_text<&M::bus_error>},
    Key{"VARLINKERROR", Repeated::kFirstCounts, &apply_text<&M::varlink_error>},
    Key{"EXIT_STATUS", Repeated::kFirstCounts, &apply_exit_status},
    Key{"MAINPID", Repeated::kFirstCounts, &apply_main_pid},
    Key{"MAINPIDFDID", Repeated::kFirstCounts, &apply_main_pidfd_id},
    Key{"WATCHDOG", Repeated::kFirstCounts, &apply_watchdog},
    Key{"WATCHDOG_USEC", Repeated::kFirstCounts, &apply_watchdog_usec},
    Key{"EXTEND_TIMEOUT_USEC", Repeated::kFirstCounts, &apply_extend_timeout},
    Key{"NOTIFYACCESS", Repeated::kFirstCounts, &apply_notify_access},
    Key{"FDNAME", Repeated::kFirstCounts, &apply_descriptor_name},
    Key{"FDNAMES", Repeated::kFirstCounts, &apply_descriptor_names},
};

// Applies all lines; returns how many there are. Like systemd it takes CR for an end of line, too,
// and lines without an equals sign for nobody's.
std::size_t apply_lines(std::string_view text, NotifyMessage& message) {
  constexpr std::string_view kLineEnds = "\n\r";
  std::bitset<kKeys.size()> seen;
  std::size_t count = 0;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find_first_of(kLineEnds));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (!line.empty()) ++count;
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) continue;
    const auto* key = std::ranges::find(kKeys, line.substr(0, equals), &Key::name);
    if (key == kKeys.end()) continue;
    const auto index = static_cast<std::size_t>(key - kKeys.begin());
    if (key->repeated == Repeated::kFirstCounts && seen[index]) continue;
    seen[index] = true;
    key->apply(line.substr(equals + 1), message);
  }
  return count;
}

}  // namespace

std::optional<NotifyAccess> parse_notify_access(std::string_view text) {
  constexpr std::array<std::string_view, 4> kNames = {"none", "main", "exec", "all"};
  const auto* found = std::ranges::find(kNames, text);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<NotifyAccess>(found - kNames.begin());
}

std::string_view NotifyMessage::descriptor_name(std::size_t index) const {
  const std::size_t place = one_name_for_all ? 0 : index;
  return place < descriptor_names.size() ? descriptor_names[place] : kDefaultDescriptorName;
}

Result<NotifyMessage> parse_notify_message(std::string_view datagram,
                                           std::size_t descriptor_count) {
  if (datagram.size() > kNotifyMessageMax) {
    return fail(Error::make(Errc::kTooLarge, "longer than 4096 bytes"));
  }
  if (datagram.ends_with('\0')) datagram.remove_suffix(1);
  if (datagram.find('\0') != std::string_view::npos) {
    return fail(Error::make(Errc::kInvalidArgument, "a NUL byte within"));
  }
  NotifyMessage message;
  const std::size_t lines = apply_lines(datagram, message);
  if (message.is_barrier && lines != 1) {
    return fail(Error::make(Errc::kInvalidArgument, "BARRIER=1 is not alone"));
  }
  if (message.is_barrier && descriptor_count != 1) {
    return fail(Error::make(Errc::kInvalidArgument, "BARRIER=1 without exactly one descriptor"));
  }
  if (message.remove_descriptors && message.descriptor_names.empty()) {
    message.remove_descriptors = false;
    message.complaints.emplace_back("FDSTOREREMOVE=1 without FDNAME=");
  }
  if (message.has_main_pidfd && descriptor_count != 1) {
    message.has_main_pidfd = false;
    message.complaints.emplace_back("MAINPIDFD=1 without exactly one descriptor");
  }
  return message;
}

}  // namespace logq::wire
