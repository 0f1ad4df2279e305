#include "logq/collector/collector_status.h"

#include <time.h>

#include <array>
#include <cctype>
#include <cstdio>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "base/quantity.h"
#include "common/run.h"
#include "logq/collector/control.h"

namespace logq::cli {
namespace {

using wire::JsonMembers;
using wire::JsonView;

constexpr std::size_t kLabelWidth = 12;

// A member of an object that may not be there, nor be what it should.
class Value {
 public:
  explicit Value(const std::optional<JsonView>& value) : value_(value) {}

  [[nodiscard]] Value operator[](std::string_view name) const {
    return Value(value_ ? value_->member(name) : std::nullopt);
  }
  [[nodiscard]] std::uint64_t count() const {
    return value_ ? value_->unsigned_integer().value_or(0) : 0;
  }
  [[nodiscard]] std::string number() const {
    const auto found = value_ ? value_->unsigned_integer() : std::nullopt;
    return found ? std::to_string(*found) : "?";
  }
  [[nodiscard]] std::string size() const {
    const auto found = value_ ? value_->unsigned_integer() : std::nullopt;
    return found ? base::format_size(*found) : "?";
  }
  [[nodiscard]] double fraction() const { return value_ ? value_->number().value_or(0) : 0; }
  // What a strange collector says must not command the terminal.
  [[nodiscard]] std::string text() const {
    const auto found = value_ ? value_->string() : std::nullopt;
    return found ? without_controls(*found) : "?";
  }
  [[nodiscard]] bool is_there() const { return value_ && value_->kind() != JsonView::Kind::kNull; }
  [[nodiscard]] std::vector<Value> elements() const {
    std::vector<Value> all;
    if (!value_) return all;
    wire::JsonElements elements(*value_);
    while (auto element = elements.next())
      all.push_back(Value(*element));
    return all;
  }
  [[nodiscard]] const std::optional<JsonView>& view() const { return value_; }

 private:
  std::optional<JsonView> value_;
};

std::string line(std::string_view label, const std::string& text) {
  return std::string(kLabelWidth - std::min(kLabelWidth, label.size()), ' ') + std::string(label) +
         ": " + text + "\n";
}

std::string counted(const Value& number, const std::string& what) {
  return number.number() + " " + what + (number.count() == 1 ? "" : "s");
}

std::string time_text(std::uint64_t realtime_usec) {
  const auto seconds = static_cast<time_t>(realtime_usec / base::kUsecPerSecond);
  tm parts{};
  std::array<char, 64> text{};
  if (::localtime_r(&seconds, &parts) == nullptr) return "?";
  text[::strftime(text.data(), text.size(), "%a %Y-%m-%d %H:%M:%S %Z", &parts)] = '\0';
  return text.data();
}

// "truncatedDatagram" as "truncated datagram".
std::string in_words(std::string_view key) {
  std::string words;
  for (const char c : without_controls(key)) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isupper(byte) != 0) words.push_back(' ');
    words.push_back(static_cast<char>(std::tolower(byte)));
  }
  return words;
}

std::string drops_text(const Value& status) {
  std::string causes;
  if (status["dropped"].view()) {
    JsonMembers members(*status["dropped"].view());
    while (const auto member = members.next()) {
      const std::uint64_t count = member->value.unsigned_integer().value_or(0);
      if (count == 0) continue;
      causes +=
          (causes.empty() ? " (" : ", ") + in_words(member->name) + ": " + std::to_string(count);
    }
  }
  return status["droppedTotal"].number() + causes + (causes.empty() ? "" : ")");
}

std::string storage_text(const Value& storage) {
  if (storage["place"].text() == "none") return "none: nothing is stored";
  const std::string next_line = "\n" + std::string(kLabelWidth + 2, ' ');
  std::string text = storage["place"].text() + ", " + storage["directory"].text() + next_line +
                     counted(storage["files"], "file") + ", " + storage["usedBytes"].size() +
                     " of " + storage["limitBytes"].size() + ", " +
                     storage["availableBytes"].size() +
                     " left; free on the file system: " + storage["fileSystemFreeBytes"].size();
  if (storage["userFiles"].count() > 0) {
    text += next_line + "of which users have " + counted(storage["userFiles"], "file") + ", " +
            storage["userBytes"].size();
  }
  if (storage["trouble"].is_there()) {
    text += next_line + "until it can be stored in " + storage["trouble"].text();
  }
  return text;
}

std::string rates_text(const Value& rates) {
  std::string text;
  for (const Value& rate : rates.elements()) {
    std::array<char, 64> entries{};
    std::snprintf(entries.data(), entries.size(), "%.1f", rate["entriesPerSecond"].fraction());
    const auto bytes = static_cast<std::uint64_t>(
        std::min(std::max(rate["bytesPerSecond"].fraction(), 0.0), 1e18));
    if (!text.empty()) text += "\n" + std::string(kLabelWidth + 2, ' ');
    text += std::string(entries.data()) + " entries/s, " + base::format_size(bytes) +
            "/s in the last " + counted(rate["seconds"], "second");
  }
  return text.empty() ? "?" : text;
}

std::string queues_text(const Value& queues) {
  std::string text;
  for (const Value& queue : queues.elements())
    text += (text.empty() ? "" : ", ") + queue["socket"].text() + " " + queue["queue"].text();
  return text.empty() ? "?" : text;
}

std::string sync_text(const Value& sync, std::uint64_t now_realtime_usec) {
  if (!sync.is_there()) return "none yet";
  const std::uint64_t ended = sync["endedRealtimeUSec"].count();
  const std::uint64_t age = now_realtime_usec > ended ? now_realtime_usec - ended : 0;
  const std::string result = sync["error"].is_there() ? ", failed: " + sync["error"].text() : "";
  return base::format_time_span(age, age < base::kUsecPerSecond ? 1000 : base::kUsecPerSecond) +
         " ago, took " + base::format_time_span(sync["tookUSec"].count()) + result;
}

// What is wrong, the worst first; empty when all is well.
std::string worries(const Value& status) {
  std::string text;
  const auto add = [&text](const std::string& worry) {
    text += (text.empty() ? "" : "; ") + worry;
  };
  if (status["storage"]["place"].text() == "none") add("nothing is stored");
  if (status["storage"]["trouble"].is_there()) add("persistent storage fails");
  if (status["lastSync"]["error"].is_there()) add("the last sync failed");
  for (const Value& queue : status["queues"].elements()) {
    if (queue["queue"].text() == "full") {
      add("the " + queue["socket"].text() + " queue is full, senders wait");
    }
  }
  if (const std::uint64_t dropped = status["droppedTotal"].count(); dropped > 0) {
    add(std::to_string(dropped) + " dropped");
  }
  if (const std::uint64_t suppressed = status["suppressed"].count(); suppressed > 0) {
    add(std::to_string(suppressed) + " suppressed by rate limits");
  }
  if (const std::uint64_t refused = status["batches"]["refused"].count(); refused > 0) {
    add(std::to_string(refused) + " batch clients turned away");
  }
  if (status["storage"]["place"].text() == "volatile") add("storage is volatile");
  return text;
}

}  // namespace

std::string describe_collector_status(const JsonView& object, std::uint64_t now_realtime_usec) {
  const Value status{object};
  const std::string worry = worries(status);
  const std::string name_space = status["namespace"].text();
  std::string text;
  text += line("logqd", status["version"].text() + ", process " + status["pid"].number() +
                            (name_space.empty() ? "" : ", namespace " + name_space));
  text += line("state", worry.empty() ? "all is well" : worry);
  text += line("up", base::format_time_span(status["uptimeUSec"].count(), base::kUsecPerSecond) +
                         ", since " + time_text(status["startedRealtimeUSec"].count()));
  text += line("runtime", status["runtimeDirectory"].text());
  text += line("storage", storage_text(status["storage"]));
  text += line("stored", status["storedEntries"].number() + " entries, " +
                             status["storedBytes"].size() + ", since the start");
  text += line("rate", rates_text(status["rates"]));
  text += line("dropped", drops_text(status));
  text += line("suppressed", status["suppressed"].number() + " by rate limits");
  text += line("queues", queues_text(status["queues"]));
  text += line("streams", status["streams"]["open"].number() + " of " +
                              status["streams"]["max"].number() + ", " +
                              status["streams"]["waitingBytes"].size() + " waiting");
  text += line("batches", counted(status["batches"]["connections"], "connection") + ", " +
                              status["batches"]["refused"].number() + " refused");
  text += line("clients", status["clients"].number() + " known");
  text += line("last sync", sync_text(status["lastSync"], now_realtime_usec) + "; " +
                                status["syncFailures"].number() + " failures");
  text += line("control", counted(status["control"]["connections"], "connection") + ", " +
                              status["control"]["refused"].number() + " refused");
  return text;
}

std::string indent_json(std::string_view json) {
  std::string out;
  std::size_t depth = 0;
  bool in_string = false;
  const auto new_line = [&] { out.append(1, '\n').append(2 * depth, ' '); };
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (in_string) {
      out.push_back(c);
      if (c == '\\') out.push_back(json[++i]);
      in_string = c != '"';
      continue;
    }
    if (c == '}' || c == ']') {
      --depth;
      if (out.back() != '{' && out.back() != '[') new_line();
    } else if (!out.empty() && (out.back() == '{' || out.back() == '[')) {
      new_line();
    }
    out.push_back(c);
    in_string = c == '"';
    if (c == '{' || c == '[') ++depth;
    if (c == ',') new_line();
    if (c == ':') out.push_back(' ');
  }
  return out;
}

Outcome<ExitStatus> show_collector_status(const Options& options, OutputBuffer& output) {
  const auto answer = ask_collector(options, "io.logq.Collector.Status");
  if (!answer) return tl::unexpected<Failure>(answer.error());
  const auto status = JsonView::parse(*answer);
  if (!status) return failure(status.error().message());
  switch (options.display.mode) {
    case query::OutputMode::kJson:
      output.text() += *answer + "\n";
      break;
    case query::OutputMode::kJsonPretty:
      output.text() += indent_json(*answer) + "\n";
      break;
    default:
      output.text() +=
          describe_collector_status(*status, base::Clock::system().now().realtime_usec);
  }
  return ExitStatus::kOk;
}

}  // namespace logq::cli
