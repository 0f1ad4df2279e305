#include "collect/forwarded_message.h"

namespace logq::collect {
namespace {

constexpr int kUserFacility = 1 << 3;
constexpr int kLevelMask = 7;

}  // namespace

int user_priority(int priority) {
  return priority > kLevelMask ? priority : kUserFacility | priority;
}

void append_tagged(const ForwardedMessage& message, std::string& out) {
  std::string_view identifier = message.identifier;
  if (identifier.empty() && message.client != nullptr) {
    identifier = message.client->value(TrustedField::kComm);
  }
  out.append(identifier);
  if (message.sender.has_value()) {
    out.append("[").append(std::to_string(message.sender->pid)).append("]: ");
  } else if (!identifier.empty()) {
    out.append(": ");
  }
  out.append(message.text);
}

}  // namespace logq::collect
