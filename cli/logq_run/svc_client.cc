#include "logq_run/svc_client.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <tuple>
#include <utility>

#include "base/unique_fd.h"
#include "supervise/control_directory.h"
#include "supervise/runtime_directory.h"
#include "supervise/unit_files.h"
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

// What comes behind the line is of no interest, not even that the connection has been reset.
SvcReply read_reply(const base::UniqueFd& connection) {
  std::string text;
  while (!text.ends_with('\n') && text.size() < kReplyMax) {
    std::array<char, 4096> chunk{};
    const ssize_t count = ::recv(connection.get(), chunk.data(), chunk.size(), 0);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno != ECONNRESET) return failure_reply(Error::system(errno, "read"));
    if (count <= 0) return {SvcReply::Kind::kGone, {}};
    text.append(chunk.data(), static_cast<std::size_t>(count));
  }
  return {SvcReply::Kind::kText, std::move(text)};
}

SvcReply ask(const SvcUnit& unit, const ControlOrder& order) {
  const auto connection = supervise::connect_to_control(unit.path, patience_for(order));
  if (!connection) return connect_failure(unit, connection.error());
  const std::string line = supervise::control_line(order) + "\n";
  // One that does not read has said why.
  std::ignore = ::send(connection->get(), line.data(), line.size(), MSG_NOSIGNAL);
  return read_reply(*connection);
}

std::string file_name_of(const std::string& path) {
  const std::size_t end = path.find_last_not_of('/') + 1;
  return path.substr(0, end).substr(path.substr(0, end).rfind('/') + 1);
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
    const bool is_template = entry.path().filename().string().find("@.") != std::string::npos;
    if (is_template || ::access((entry.path() / "supervise").c_str(), F_OK) != 0) continue;
    units.push_back({entry.path().filename().string(), entry.path().string()});
  }
  std::ranges::sort(units, {}, &SvcUnit::name);
  return units;
}

std::string bad_instance(const SvcUnit& unit) {
  const std::string name = file_name_of(unit.path);
  if (name.find('@') == std::string::npos || wire::is_valid_unit_name(name)) return {};
  if (name.find("@.") != std::string::npos)
    return "it is a template: the name of an instance is missing behind the @";
  return "this is not the name of a unit";
}

SvcReply ask_supervisor(const SvcUnit& unit, const ControlOrder& order) {
  SvcReply reply = ask(unit, order);
  const bool is_there =
      reply.kind != SvcReply::Kind::kNoUnit && reply.kind != SvcReply::Kind::kGone;
  const std::string name = file_name_of(unit.path);
  const std::string own = supervise::template_of(name);
  if (is_there || own.empty() || order.verb != ControlVerb::kStart) return reply;
  const std::string directory = unit.path.substr(0, unit.path.rfind(name));
  ControlOrder of_instance = order;
  of_instance.unit = name;
  const SvcReply asked = ask({own, directory + own}, of_instance);
  const bool is_asked =
      asked.kind != SvcReply::Kind::kNoUnit && asked.kind != SvcReply::Kind::kGone;
  return is_asked ? asked : SvcReply{SvcReply::Kind::kNoUnit, "no tree that runs has " + own};
}

}  // namespace logq::cli
