#include "collect/terminals.h"

#include <dirent.h>
#include <string.h>
#include <utmpx.h>

#include <algorithm>
#include <memory>
#include <string_view>

#include "base/io.h"

namespace logq::collect {
namespace {

constexpr std::size_t kTerminalsMax = 512;
constexpr std::size_t kUtmpBytesMax = std::size_t{1} << 20;
constexpr std::size_t kSessionBytesMax = std::size_t{64} << 10;
constexpr std::string_view kDevices = "/dev/";

// Adds "/dev/LINE", of which LINE is the name, where that stays below /dev.
void add_line(std::string_view line, std::set<std::string>& terminals) {
  if (line.starts_with(kDevices)) line.remove_prefix(kDevices.size());
  const bool is_name = !line.empty() && line.front() != '/' && line.find("..") == line.npos;
  if (!is_name || terminals.size() >= kTerminalsMax) return;
  terminals.insert(std::string(kDevices).append(line));
}

void add_from_utmp(const std::string& path, std::set<std::string>& terminals) {
  const auto bytes = base::read_small_file(path, kUtmpBytesMax);
  if (!bytes.has_value()) return;
  for (std::size_t at = 0; at + sizeof(utmpx) <= bytes->size(); at += sizeof(utmpx)) {
    utmpx record{};
    std::copy_n(bytes->data() + at, sizeof(record),
                static_cast<char*>(static_cast<void*>(&record)));
    if (record.ut_type != USER_PROCESS || record.ut_user[0] == '\0') continue;
    add_line({record.ut_line, ::strnlen(record.ut_line, sizeof(record.ut_line))}, terminals);
  }
}

// The value of TTY= in a session's state.
void add_session(const std::string& path, std::set<std::string>& terminals) {
  constexpr std::string_view kKey = "\nTTY=";
  auto text = base::read_small_file(path, kSessionBytesMax);
  if (!text.has_value()) return;
  text->insert(0, "\n");
  const std::size_t at = text->find(kKey);
  if (at == std::string::npos) return;
  const std::string_view value = std::string_view(*text).substr(at + kKey.size());
  add_line(value.substr(0, value.find('\n')), terminals);
}

}  // namespace

std::set<std::string> find_terminals(const LoginSources& sources) {
  std::set<std::string> terminals;
  add_from_utmp(sources.utmp, terminals);
  const std::unique_ptr<DIR, int (*)(DIR*)> sessions(::opendir(sources.sessions.c_str()),
                                                     &::closedir);
  if (sessions == nullptr) return terminals;
  while (const dirent* entry = ::readdir(sessions.get())) {
    const std::string_view name = entry->d_name;
    // Beside each state there is a pipe, NAME.ref.
    if (name.find('.') != name.npos || terminals.size() >= kTerminalsMax) continue;
    add_session(sources.sessions + "/" + entry->d_name, terminals);
  }
  return terminals;
}

}  // namespace logq::collect
