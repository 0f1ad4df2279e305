#include "supervise/dynamic_user.h"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <optional>
#include <vector>

#include "base/io.h"
#include "base/siphash.h"
#include "base/try.h"
#include "supervise/account.h"

namespace logq::supervise {
namespace {

using HashKey = std::array<std::uint8_t, 16>;

// systemd's, so that files of a service belong to it under either manager.
constexpr HashKey kNumberKey{0x37, 0x53, 0x7e, 0x31, 0xcf, 0xce, 0x48, 0xf5,
                             0x8a, 0xbb, 0x39, 0x57, 0x8d, 0xd9, 0xec, 0x59};
constexpr HashKey kNameKey{0x58, 0x1a, 0xaf, 0xe6, 0x28, 0x58, 0x4e, 0x96,
                           0xb4, 0x4e, 0xf5, 0x3b, 0x8c, 0x92, 0x07, 0xec};

constexpr uid_t kCount = kLastDynamicUser - kFirstDynamicUser + 1;

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool is_user_name(std::string_view name) {
  constexpr std::size_t kNameMax = 31;
  const auto is_good = [](char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '-'; };
  return !name.empty() && name.size() <= kNameMax && is_letter(name.front()) &&
         std::ranges::all_of(name, is_good);
}

bool is_dynamic(uid_t number) {
  return number >= kFirstDynamicUser && number <= kLastDynamicUser;
}

// Of the first directory that is there and of a user and group of the same number in the range.
std::optional<uid_t> owner_of_directories(const ExecutionSettings& settings,
                                          const DirectoryRoots& roots) {
  for (const std::string& variable : directory_variables(settings, roots)) {
    std::string_view rest = std::string_view(variable).substr(variable.find('=') + 1);
    while (!rest.empty()) {
      const std::string path(rest.substr(0, rest.find(':')));
      rest.remove_prefix(std::min(path.size() + 1, rest.size()));
      struct stat status {};
      if (::stat(path.c_str(), &status) == 0 && is_dynamic(status.st_uid) &&
          status.st_uid == status.st_gid)
        return status.st_uid;
    }
  }
  return std::nullopt;
}

// Not open where somebody has it, or is about to let it go.
base::UniqueFd try_number(uid_t number, const std::string& lock_directory) {
  if (::getpwuid(number) != nullptr || ::getgrgid(number) != nullptr) return {};
  const std::string path = lock_directory + "/" + std::to_string(number);
  auto lock = base::open_file(path, O_RDWR | O_CREAT, 0600);
  if (!lock || ::flock(lock->get(), LOCK_EX | LOCK_NB) != 0) return {};
  return *std::move(lock);
}

}  // namespace

std::string dynamic_user_name(const std::string& unit_name) {
  const std::string prefix = unit_name.substr(0, unit_name.find_first_of("@."));
  if (is_user_name(prefix)) return prefix;
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "_du%016" PRIx64, base::SipHash24(kNameKey)(prefix));
  return text.data();
}

uid_t preferred_dynamic_user(const std::string& name) {
  const auto hash = static_cast<uid_t>(base::SipHash24(kNumberKey)(name));
  return kFirstDynamicUser + hash % kCount;
}

Result<base::UniqueFd> acquire_dynamic_user(const std::string& unit_name,
                                            const DirectoryRoots& roots,
                                            const std::string& lock_directory,
                                            ExecutionSettings& settings) {
  const std::string name = settings.user.empty() ? dynamic_user_name(unit_name) : settings.user;
  settings.has_no_new_privileges = true;
  if (const auto account = find_account(name); account && account->is_known) {
    settings.user = name;
    return base::UniqueFd();
  }
  LOGQ_TRY(base::make_directories(lock_directory, 0755));
  std::vector<uid_t> candidates;
  if (const auto owner = owner_of_directories(settings, roots)) candidates.push_back(*owner);
  const uid_t preferred = preferred_dynamic_user(name);
  for (uid_t i = 0; i < kCount; ++i)
    candidates.push_back(kFirstDynamicUser + (preferred - kFirstDynamicUser + i) % kCount);
  for (const uid_t number : candidates) {
    base::UniqueFd lock = try_number(number, lock_directory);
    if (!lock.is_open()) continue;
    settings.user = std::to_string(number);
    if (settings.group.empty()) settings.group = settings.user;
    settings.dynamic_user_name = name;
    return lock;
  }
  return fail(Error::make(Errc::kBusy, "all numbers of dynamic users are taken"));
}

}  // namespace logq::supervise
