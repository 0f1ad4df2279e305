#include "supervise/control_order.h"

#include <signal.h>

#include <algorithm>
#include <array>
#include <utility>

#include "supervise/exit_status_set.h"
#include "wire/unit_name.h"

namespace logq::supervise {
namespace {

constexpr std::array<std::pair<std::string_view, ControlVerb>, 14> kVerbs{{
    {"status", ControlVerb::kStatus},
    {"wait", ControlVerb::kWait},
    {"start", ControlVerb::kStart},
    {"once", ControlVerb::kOnce},
    {"stop", ControlVerb::kStop},
    {"restart", ControlVerb::kRestart},
    {"reload", ControlVerb::kReload},
    {"reset", ControlVerb::kReset},
    {"leave", ControlVerb::kLeave},
    {"exit", ControlVerb::kExit},
    {"pause", ControlVerb::kPause},
    {"cont", ControlVerb::kContinue},
    {"signal", ControlVerb::kSignal},
    {"kill", ControlVerb::kKill},
}};

constexpr std::array<std::pair<char, int>, 9> kSignals{{
    {'a', SIGALRM},
    {'h', SIGHUP},
    {'i', SIGINT},
    {'k', SIGKILL},
    {'q', SIGQUIT},
    {'t', SIGTERM},
    {'w', SIGWINCH},
    {'1', SIGUSR1},
    {'2', SIGUSR2},
}};

constexpr std::array<std::pair<char, ControlVerb>, 6> kLetters{{
    {'u', ControlVerb::kStart},
    {'d', ControlVerb::kStop},
    {'o', ControlVerb::kOnce},
    {'p', ControlVerb::kPause},
    {'c', ControlVerb::kContinue},
    {'x', ControlVerb::kLeave},
}};

constexpr std::string_view kNoWait = "no-wait";

bool is_instance_name(std::string_view word) {
  return word.find('@') != std::string_view::npos && wire::is_valid_unit_name(word);
}

bool takes_signal(ControlVerb verb) {
  return verb == ControlVerb::kSignal || verb == ControlVerb::kKill;
}

}  // namespace

std::optional<ControlOrder> order_of_letter(char letter) {
  const auto* signal = std::ranges::find(kSignals, letter, &std::pair<char, int>::first);
  if (signal != kSignals.end()) return ControlOrder{ControlVerb::kSignal, signal->second, false};
  const auto* verb = std::ranges::find(kLetters, letter, &std::pair<char, ControlVerb>::first);
  if (verb == kLetters.end()) return std::nullopt;
  return ControlOrder{verb->second, 0, false};
}

std::optional<ControlVerb> parse_control_verb(std::string_view name) {
  const auto* found =
      std::ranges::find(kVerbs, name, &std::pair<std::string_view, ControlVerb>::first);
  return found == kVerbs.end() ? std::nullopt : std::optional(found->second);
}

std::optional<ControlOrder> parse_control_line(std::string_view line) {
  const std::size_t blank = line.find(' ');
  const auto verb = parse_control_verb(line.substr(0, blank));
  if (!verb) return std::nullopt;
  ControlOrder order{*verb};
  if (blank == std::string_view::npos)
    return takes_signal(*verb) ? std::nullopt : std::optional(order);
  std::string_view words = line.substr(blank + 1);
  if (takes_signal(*verb)) {
    order.signal = parse_signal(words);
    return order.signal > 0 ? std::optional(order) : std::nullopt;
  }
  const std::size_t end = words.find(' ');
  if (*verb == ControlVerb::kStart && is_instance_name(words.substr(0, end))) {
    order.unit = words.substr(0, end);
    if (end == std::string_view::npos) return order;
    words.remove_prefix(end + 1);
  }
  if (words != kNoWait) return std::nullopt;
  order.waits = false;
  return order;
}

std::string control_line(const ControlOrder& order) {
  const auto* found =
      std::ranges::find(kVerbs, order.verb, &std::pair<std::string_view, ControlVerb>::second);
  std::string line(found->first);
  if (takes_signal(order.verb)) return line + " " + std::to_string(order.signal);
  if (!order.unit.empty()) line += " " + order.unit;
  if (!order.waits) line += " " + std::string(kNoWait);
  return line;
}

}  // namespace logq::supervise
