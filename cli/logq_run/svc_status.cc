#include "logq_run/svc_status.h"

#include <string.h>
#include <time.h>

#include <algorithm>
#include <array>

#include "base/io.h"
#include "base/quantity.h"
#include "common/run.h"
#include "logq_run/run_command.h"

namespace logq::cli {
namespace {

constexpr std::size_t kLabelWidth = 11;

std::string labelled(std::string_view label, const std::string& text) {
  return std::string(kLabelWidth - std::min(kLabelWidth, label.size()), ' ') + std::string(label) +
         ": " + text + "\n";
}

std::string title_of(const SvcStatus& status) {
  const std::string description = status.text("Description");
  return status.text("Id") + (description.empty() ? "" : " - " + description);
}

// "active (running)", "failed (exit-code)".
std::string state_of(const SvcStatus& status) {
  const std::string active = status.text("ActiveState");
  const std::string more = status.text(active == "failed" ? "Result" : "SubState");
  return active + " (" + more + ")";
}

std::string age_of(const SvcStatus& status, std::uint64_t now_usec) {
  const std::uint64_t since = status.number("StateChangeTimestamp");
  return base::format_time_span(now_usec > since ? now_usec - since : 0, base::kUsecPerSecond);
}

std::string since_text(const SvcStatus& status, std::uint64_t now_usec) {
  const auto seconds =
      static_cast<time_t>(status.number("StateChangeTimestamp") / base::kUsecPerSecond);
  tm parts{};
  std::array<char, 64> text{};
  if (::localtime_r(&seconds, &parts) == nullptr) return "";
  text[::strftime(text.data(), text.size(), "%a %Y-%m-%d %H:%M:%S %Z", &parts)] = '\0';
  return std::string(" since ") + text.data() + "; " + age_of(status, now_usec) + " ago";
}

std::string command_of(std::uint64_t pid) {
  const auto name = base::read_small_file("/proc/" + std::to_string(pid) + "/comm", 64);
  if (!name || name->empty()) return "";
  return " (" + without_controls(name->substr(0, name->find('\n'))) + ")";
}

std::string exit_text(const SvcStatus& status) {
  return "code=" + status.text("ExecMainCode") + ", status=" + status.text("ExecMainStatusText");
}

// What an operator has asked for, where it is not the usual.
std::string order_text(const SvcStatus& status) {
  std::string text;
  const auto add = [&](const char* what) {
    text += (text.empty() ? "" : ", ") + std::string(what);
  };
  if (status.text("Wanted") == "down") add("held down");
  if (status.text("Wanted") == "once") add("not to be restarted");
  if (status.flag("Paused")) add("paused");
  if (status.flag("SupervisorLeaves")) add("supervisor ends with it");
  return text;
}

std::string counted_children(std::uint64_t count) {
  return std::to_string(count) + (count == 1 ? " child" : " children");
}

// Of a tree.
std::string children_text(const SvcStatus& status) {
  std::string text = labelled("Strategy", status.text("Strategy"));
  const std::uint64_t count = status.number("NChildren");
  text += labelled("Children", std::to_string(count));
  const std::vector<std::string> children = status.children();
  for (const std::string& child : children)
    text += std::string(kLabelWidth + 2, ' ') + child + "\n";
  if (children.size() < count)
    text += std::string(kLabelWidth + 2, ' ') + "and " + std::to_string(count - children.size()) +
            " more\n";
  return text;
}

}  // namespace

std::optional<SvcStatus> SvcStatus::parse(const std::string& reply) {
  const auto object = wire::JsonView::parse(reply);
  if (!object || object->kind() != wire::JsonView::Kind::kObject) return std::nullopt;
  return SvcStatus(*object);
}

std::string SvcStatus::text(const char* name) const {
  const auto member = object_.member(name);
  return without_controls(member ? member->string().value_or("?") : "");
}

std::uint64_t SvcStatus::number(const char* name) const {
  const auto member = object_.member(name);
  return member ? member->unsigned_integer().value_or(0) : 0;
}

bool SvcStatus::flag(const char* name) const {
  const auto member = object_.member(name);
  return member && member->boolean().value_or(false);
}

bool SvcStatus::is_running() const {
  const std::string active = text("ActiveState");
  return active == "active" || active == "reloading";
}

std::vector<std::string> SvcStatus::children() const {
  std::vector<std::string> children;
  const auto list = object_.member("Children");
  if (!list) return children;
  wire::JsonElements elements(*list);
  while (const auto element = elements.next()) {
    const SvcStatus child(*element);
    children.push_back(child.text("Id") + " " + child.text("State"));
  }
  return children;
}

int SvcStatus::exit_status() const {
  if (has("ExitStatus")) return static_cast<int>(number("ExitStatus"));
  const auto status = static_cast<int>(number("ExecMainStatus"));
  if (has("ExecMainCode")) return text("ExecMainCode") == "exited" ? status : 128 + status;
  return text("ActiveState") == "failed" ? kOwnFailure : 0;
}

std::string status_page(const SvcStatus& status, std::uint64_t now_usec) {
  std::string page = title_of(status) + "\n";
  if (status.has("FragmentPath")) page += labelled("Loaded", status.text("FragmentPath"));
  page += labelled("Active", state_of(status) + since_text(status, now_usec));
  if (const auto pid = status.number("MainPID"))
    page += labelled("Main PID", std::to_string(pid) + command_of(pid));
  if (const auto pid = status.number("ControlPID"))
    page += labelled("Control PID", std::to_string(pid) + command_of(pid));
  if (status.has("StatusText")) page += labelled("Status", "\"" + status.text("StatusText") + "\"");
  if (const auto error = static_cast<int>(status.number("StatusErrno")))
    page += labelled("Error", std::to_string(error) + " (" + ::strerror(error) + ")");
  if (const auto restarts = status.number("NRestarts"))
    page += labelled("Restarts", std::to_string(restarts));
  if (status.has("ExecMainCode")) page += labelled("Last exit", exit_text(status));
  if (status.has("NChildren")) page += children_text(status);
  if (const std::string order = order_text(status); !order.empty())
    page += labelled("Order", order);
  return page + labelled("Supervisor", std::to_string(status.number("SupervisorPID")));
}

std::string status_line(const SvcStatus& status, std::uint64_t now_usec) {
  std::string line = status.text("Id") + ": " + state_of(status);
  if (const auto pid = status.number("MainPID")) line += ", pid " + std::to_string(pid);
  if (status.has("NChildren")) line += ", " + counted_children(status.number("NChildren"));
  line += ", " + age_of(status, now_usec);
  const std::string order = order_text(status);
  return line + (order.empty() ? "" : ", " + order) + "\n";
}

std::string end_line(const SvcStatus& status) {
  std::string line =
      status.text("Id") + ": " + status.text("ActiveState") + " (" + status.text("Result") + ")";
  if (status.has("ExecMainCode")) line += ", " + exit_text(status);
  return line + "\n";
}

}  // namespace logq::cli
