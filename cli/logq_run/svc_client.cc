#include "logq_run/svc_client.h"

#include <dirent.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>

#include "base/io.h"
#include "supervise/control_directory.h"
#include "supervise/runtime_directory.h"
#include "wire/unit_name.h"

namespace logq::cli {
namespace {

using supervise::ControlOrder;
using supervise::ControlVerb;

constexpr int kPatienceSeconds = 5;  // for what takes no time
constexpr int kForever = 0;
constexpr std::size_t kReplyMax = 1 << 20;

int patience_for(const ControlOrder& order) {
  switch (order.verb) {
    case ControlVerb::kWait:
      return kForever;
    case ControlVerb::kStart:
    case ControlVerb::kOnce:
    case ControlVerb::kStop:
    case ControlVerb::kRestart:
    case ControlVerb::kReload:
    case ControlVerb::kExit:
      return order.waits ? kForever : kPatienceSeconds;
    default:
      return kPatienceSeconds;
  }
}

SvcReply failure_reply(const Error& error) {
  using Kind = SvcReply::Kind;
  if (error.sys_errno == EAGAIN) return {Kind::kFailed, "its supervisor does not answer"};
  return {Kind::kFailed, error.message()};
}

SvcReply connect_failure(const SvcUnit& unit, const Error& error) {
  using Kind = SvcReply::Kind;
  if (error.sys_errno == ECONNREFUSED) return {Kind::kGone, {}};
  if (error.sys_errno != ENOENT && error.sys_errno != ENOTDIR) return failure_reply(error);
  const bool is_one_of_others = ::access((unit.path + "/supervise/ok").c_str(), F_OK) == 0;
  if (is_one_of_others) return {Kind::kFailed, "it is no service of logq-run"};
  return {::access(unit.path.c_str(), F_OK) == 0 ? Kind::kGone : Kind::kNoUnit, {}};
}

}  // namespace

SvcUnit svc_unit(const std::string& word) {
  if (word.find('/') != std::string::npos) return {word, word};
  const auto name = wire::mangle_unit_name(word);
  const std::string unit = name ? *name : word;
  return {unit, supervise::runtime_directory() + "/" + unit};
}

std::vector<SvcUnit> all_svc_units() {
  std::vector<SvcUnit> units;
  std::error_code error;
  for (const auto& entry :
       std::filesystem::directory_iterator(supervise::runtime_directory(), error)) {
    if (::access((entry.path() / "supervise").c_str(), F_OK) != 0) continue;
    units.push_back({entry.path().filename().string(), entry.path().string()});
  }
  std::ranges::sort(units, {}, &SvcUnit::name);
  return units;
}

SvcReply ask_supervisor(const SvcUnit& unit, const ControlOrder& order) {
  const auto connection = supervise::connect_to_control(unit.path, patience_for(order));
  if (!connection) return connect_failure(unit, connection.error());
  const std::string line = supervise::control_line(order) + "\n";
  // One that does not read has said why.
  std::ignore = ::send(connection->get(), line.data(), line.size(), MSG_NOSIGNAL);
  auto text = base::read_all(connection->get(), kReplyMax);
  if (!text) return failure_reply(text.error());
  if (!text->ends_with('\n')) return {SvcReply::Kind::kGone, {}};
  return {SvcReply::Kind::kText, *std::move(text)};
}

}  // namespace logq::cli
