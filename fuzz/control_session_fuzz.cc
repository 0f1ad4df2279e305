// A conversation on the control socket, of any bytes in any pieces: every answer is a Varlink
// message, there are no more answers than calls, strangers get nothing done, and what is kept of
// somebody who does not come to an end is bounded.
#include <algorithm>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "collect/control_session.h"
#include "collect/limits.h"
#include "require.h"
#include "wire/json_view.h"

namespace {

using logq::Result;
using logq::collect::ControlMethods;
using logq::collect::ControlSession;
using logq::fuzz::require;
using namespace logq::wire;

// Walks over everything there is in a value.
void look_into(const JsonView& value, int depth) {
  require(JsonView::parse(value.text()).has_value());
  if (value.kind() == JsonView::Kind::kString) require(value.string().has_value());
  if (value.kind() == JsonView::Kind::kBoolean) require(value.boolean().has_value());
  if (depth == 0) return;
  JsonMembers members(value);
  while (const auto member = members.next()) {
    require(value.member(member->name).has_value());
    look_into(member->value, depth - 1);
  }
  JsonElements elements(value);
  while (const auto element = elements.next())
    look_into(*element, depth - 1);
}

class Conversation {
 public:
  Conversation(bool privileged, bool in_namespace)
      : privileged_(privileged),
        methods_(deeds(in_namespace)),
        session_(methods_, privileged, [this](std::string message) {
          session_.answered(std::move(message));
        }) {}

  void say(std::string_view bytes, std::size_t piece) {
    while (!bytes.empty() && !session_.is_over()) {
      answer_all();
      if (!session_.wants_input()) break;
      const std::string_view now = bytes.substr(0, piece);
      calls_ += static_cast<std::size_t>(std::count(now.begin(), now.end(), kVarlinkEnd));
      session_.received(now);
      bytes.remove_prefix(now.size());
    }
    session_.input_ended();
    answer_all();
    require(session_.is_over());
  }

 private:
  ControlMethods::Deeds deeds(bool in_namespace) {
    const auto deed = [this] {
      require(privileged_);
      return Result<void>();
    };
    ControlMethods::Deeds deeds;
    deeds.synchronize = [this](auto done) { syncs_.push_back(std::move(done)); };
    deeds.rotate = deeds.flush = deeds.relinquish = deed;
    deeds.status = [] { return "{}"; };
    deeds.in_namespace = in_namespace;
    return deeds;
  }

  void answer_all() {
    for (bool busy = true; busy;) {
      busy = session_.has_call();
      if (busy) session_.answer_call();
      if (session_.awaits_answer()) {
        require(!syncs_.empty() && !session_.wants_input());
        syncs_.back()({});
      }
      take_output();
    }
  }

  void take_output() {
    const std::string_view output = session_.output();
    if (output.empty()) return;
    require(output.size() <= 8 * logq::collect::kControlMessageMax);
    require(output.find(kVarlinkEnd) == output.size() - 1);
    const auto reply = parse_varlink_reply(output.substr(0, output.size() - 1));
    require(reply.has_value() && reply->parameters.has_value());
    require(++answers_ <= calls_);
    session_.taken(output.size());
  }

  bool privileged_;
  std::vector<std::function<void(const Result<void>&)>> syncs_;
  std::size_t calls_ = 0;
  std::size_t answers_ = 0;
  ControlMethods methods_;
  ControlSession session_;
};

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes{reinterpret_cast<const char*>(data) + 1, size - 1};
  const std::uint8_t choice = data[0];
  const std::size_t piece = (choice & 4) != 0 ? 1U + (choice >> 3) : 4096U;
  Conversation((choice & 1) != 0, (choice & 2) != 0).say(bytes, piece);

  const auto value = JsonView::parse(bytes);
  if (value.has_value()) look_into(*value, 4);
  const auto call = parse_varlink_call(bytes);
  if (call.has_value()) {
    const std::string again =
        encode_varlink_call(call->method, call->parameters ? call->parameters->text() : "{}");
    const auto parsed = parse_varlink_call(std::string_view(again).substr(0, again.size() - 1));
    require(parsed.has_value() && parsed->method == call->method);
  }
  return 0;
}
