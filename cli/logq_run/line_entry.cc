#include "logq_run/line_entry.h"

#include <errno.h>
#include <unistd.h>

#include <climits>

#include "base/host_name.h"
#include "base/ids.h"
#include "logq/id128.h"

namespace logq::cli {
LineEntry::LineEntry(const StreamSettings& settings) {
  header_.identifier = settings.identifier;
  header_.priority = settings.level.value_or(kLevelInfo);
  header_.level_prefix = settings.level_prefix;
  constant_ = {"_TRANSPORT=stdout",
               "_STREAM_ID=" + Id128::random().to_string(),
               "_PID=" + std::to_string(::getpid()),
               "_UID=" + std::to_string(::getuid()),
               "_GID=" + std::to_string(::getgid()),
               "_COMM=" + std::string(program_invocation_short_name).substr(0, 15),
               "_BOOT_ID=" + base::boot_id().to_string(),
               "_RUNTIME_SCOPE=system"};
  const Id128 machine = base::machine_id();
  if (machine != Id128{}) constant_.push_back("_MACHINE_ID=" + machine.to_string());
  if (const std::string name = base::host_name(); !name.empty())
    constant_.push_back("_HOSTNAME=" + name);
  if (!settings.unit.empty()) constant_.push_back("_SYSTEMD_UNIT=" + settings.unit);
  if (!settings.identifier.empty()) {
    constant_.push_back("SYSLOG_IDENTIFIER=" + settings.identifier);
  }
}

void LineEntry::set_writer(std::optional<pid_t> pid) {
  writer_ = pid ? "OBJECT_PID=" + std::to_string(*pid) : "";
}

std::span<const std::string_view> LineEntry::payloads_of(std::string_view text,
                                                         wire::LineBreak line_break) {
  payloads_.clear();
  const wire::StreamMessage message = wire::interpret_line(text, header_);
  if (message.message.empty()) return payloads_;
  payloads_.assign(constant_.begin(), constant_.end());
  message_.assign("MESSAGE=").append(message.message);
  priority_ = "PRIORITY=" + std::to_string(message.priority & 7);
  payloads_.emplace_back(priority_);
  if (!writer_.empty()) payloads_.emplace_back(writer_);
  if (line_break != wire::LineBreak::kNewline) {
    line_break_ = "_LINE_BREAK=" + std::string(wire::line_break_name(line_break));
    payloads_.emplace_back(line_break_);
  }
  payloads_.emplace_back(message_);
  return payloads_;
}

}  // namespace logq::cli
