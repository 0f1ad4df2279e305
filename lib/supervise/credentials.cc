#include "supervise/credentials.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <system_error>
#include <tuple>
#include <utility>
#include <vector>

#include "base/io.h"
#include "base/try.h"
#include "base/unique_fd.h"
#include "logq/id128.h"
#include "supervise/setting_values.h"

namespace logq::supervise {
namespace {

using base::UniqueFd;

constexpr std::size_t kMostBytes = std::size_t{1} << 20;  // as systemd, of one and of all together
constexpr int kOpenOwnDirectory = O_RDONLY | O_DIRECTORY | O_NOFOLLOW;

// Where those are that are asked for by a name alone, behind what we were given ourselves.
constexpr std::array kStores{"/etc/credstore", "/run/credstore", "/usr/local/lib/credstore",
                             "/usr/lib/credstore"};

Error failed_with(int number, Literal call) {
  return Error::system(number, call);
}

bool is_missing(const Error& error) {
  return error.sys_errno == ENOENT;
}

Result<std::string> read_bounded(int fd) {
  auto bytes = LOGQ_TRY(base::read_all(fd, kMostBytes + 1));
  if (bytes.size() > kMostBytes) return fail(failed_with(E2BIG, "read"));
  return bytes;
}

sockaddr_un unix_address_of(std::string_view path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(static_cast<char*>(address.sun_path), path.data(),
              std::min(path.size(), sizeof address.sun_path - 1));
  return address;
}

const sockaddr* as_address(const sockaddr_un& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

// What a socket has to say to who names himself to it: "\0RANDOM/unit/UNIT/NAME".
Result<std::string> read_socket(const std::string& path, const std::string& token) {
  if (path.size() >= sizeof(sockaddr_un::sun_path))
    return fail(failed_with(ENAMETOOLONG, "connect"));
  const UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket.is_open()) return fail(failed_with(errno, "socket"));
  const std::string name = std::string(1, '\0') + Id128::random().to_string().substr(0, 16) + token;
  if (name.size() > sizeof(sockaddr_un::sun_path)) return fail(failed_with(EINVAL, "bind"));
  sockaddr_un own{};
  own.sun_family = AF_UNIX;
  std::memcpy(static_cast<char*>(own.sun_path), name.data(), name.size());
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
  if (::bind(socket.get(), as_address(own), size) != 0) return fail(failed_with(errno, "bind"));
  const sockaddr_un peer = unix_address_of(path);
  if (::connect(socket.get(), as_address(peer), sizeof peer) != 0)
    return fail(failed_with(errno, "connect"));
  ::shutdown(socket.get(), SHUT_WR);
  return read_bounded(socket.get());
}

// Files of a directory and those below, but for links and hidden ones, in the order of their names.
Result<std::vector<std::string>> sorted_names(int directory) {
  const std::unique_ptr<DIR, int (*)(DIR*)> entries(::fdopendir(::dup(directory)), ::closedir);
  if (!entries) return fail(failed_with(errno, "fdopendir"));
  std::vector<std::string> names;
  for (errno = 0; const dirent* const entry = ::readdir(entries.get()); errno = 0) {
    const std::string name = static_cast<const char*>(entry->d_name);
    if (!name.starts_with('.')) names.push_back(name);
  }
  if (errno != 0) return fail(failed_with(errno, "readdir"));
  std::ranges::sort(names);
  return names;
}

class Writer {
 public:
  Writer(const ExecutionSettings& settings, std::string unit, UniqueFd directory, uid_t owner)
      : settings_(settings),
        unit_(std::move(unit)),
        directory_(std::move(directory)),
        owner_(owner) {}

  Result<void> write_all() {
    if (::fchmod(directory_.get(), 0700) != 0) return fail(failed_with(errno, "fchmod"));
    for (const Credential& credential : settings_.credentials)
      LOGQ_TRY(load(credential));
    for (const CredentialValue& credential : settings_.credential_values)
      if (!has(credential.name)) LOGQ_TRY(write(credential.name, credential.value));
    if (::fchmod(directory_.get(), 0500) != 0) return fail(failed_with(errno, "fchmod"));
    return give_away(directory_.get());
  }

 private:
  Result<void> load(const Credential& credential);
  Result<void> load_directory(UniqueFd directory, const std::string& prefix);
  Result<void> load_entry(int directory, const std::string& entry, const std::string& name);
  Result<void> write(const std::string& name, std::string_view value);
  [[nodiscard]] Result<void> give_away(int fd) const;
  [[nodiscard]] Result<std::string> read_path(const Credential& credential) const;
  [[nodiscard]] Result<std::string> read_of_store(const std::string& name) const;

  [[nodiscard]] bool has(const std::string& name) const {
    return ::faccessat(directory_.get(), name.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0;
  }
  [[nodiscard]] bool has_value(const std::string& name) const {
    return std::ranges::find(settings_.credential_values, name, &CredentialValue::name) !=
           settings_.credential_values.end();
  }

  const ExecutionSettings& settings_;
  const std::string unit_;
  const UniqueFd directory_;
  const uid_t owner_;
  std::size_t left_ = kMostBytes;
};

Result<void> Writer::load(const Credential& credential) {
  const bool is_path = credential.path.starts_with('/');
  if (is_path) {
    auto directory = base::open_file(credential.path, O_RDONLY | O_DIRECTORY);
    if (directory) return load_directory(*std::move(directory), credential.name);
    const int number = directory.error().sys_errno;
    if (number != ENOTDIR && number != ENOENT) return fail(directory.error());
  }
  const auto value = is_path ? read_path(credential) : read_of_store(credential.path);
  if (value) return write(credential.name, *value);
  const bool may_lack = !is_path || has_value(credential.name);
  return is_missing(value.error()) && may_lack ? Result<void>{} : fail(value.error());
}

Result<std::string> Writer::read_path(const Credential& credential) const {
  const auto file = base::open_file(credential.path, O_RDONLY | O_NOCTTY);
  if (file) return read_bounded(file->get());
  // Of what is a socket.
  if (file.error().sys_errno != ENXIO) return fail(file.error());
  return read_socket(credential.path, "/unit/" + unit_ + "/" + credential.name);
}

Result<std::string> Writer::read_of_store(const std::string& name) const {
  std::vector<std::string> stores(kStores.begin(), kStores.end());
  const char* const received = ::secure_getenv("CREDENTIALS_DIRECTORY");
  if (received != nullptr && *received == '/') stores.insert(stores.begin(), received);
  for (const std::string& store : stores) {
    const auto file = base::open_file(store + "/" + name, O_RDONLY | O_NOCTTY);
    if (file) return read_bounded(file->get());
    if (!is_missing(file.error())) return fail(file.error());
  }
  return fail(failed_with(ENOENT, "open"));
}

Result<void> Writer::load_directory(UniqueFd directory, const std::string& prefix) {
  for (const std::string& entry : LOGQ_TRY(sorted_names(directory.get()))) {
    struct stat status {};
    if (::fstatat(directory.get(), entry.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) continue;
    const std::string name = prefix + "_" + entry;
    if (S_ISDIR(status.st_mode)) {
      auto inner = base::open_file_at(directory.get(), entry, kOpenOwnDirectory);
      if (!inner && !is_missing(inner.error())) return fail(inner.error());
      if (inner) LOGQ_TRY(load_directory(*std::move(inner), name));
    } else if (S_ISREG(status.st_mode) || S_ISSOCK(status.st_mode)) {
      LOGQ_TRY(load_entry(directory.get(), entry, name));
    }
  }
  return {};
}

Result<void> Writer::load_entry(int directory, const std::string& entry, const std::string& name) {
  if (!is_credential_name(name)) return fail(failed_with(EINVAL, "credential"));
  if (has(name)) return {};
  const auto file = base::open_file_at(directory, entry, O_RDONLY | O_NOCTTY);
  if (!file) return is_missing(file.error()) ? Result<void>{} : fail(file.error());
  return write(name, LOGQ_TRY(read_bounded(file->get())));
}

Result<void> Writer::write(const std::string& name, std::string_view value) {
  if (name.size() + value.size() > left_) return fail(failed_with(E2BIG, "credential"));
  // The dot keeps it apart from all that a unit could name twice.
  const std::string temporary = ".#" + Id128::random().to_string();
  const UniqueFd file = LOGQ_TRY(base::open_file_at(
      directory_.get(), temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_NOCTTY, 0600));
  const auto written = [&]() -> Result<void> {
    LOGQ_TRY(base::write_all(file.get(), value));
    if (::fchmod(file.get(), 0400) != 0) return fail(failed_with(errno, "fchmod"));
    LOGQ_TRY(give_away(file.get()));
    if (::renameat(directory_.get(), temporary.c_str(), directory_.get(), name.c_str()) != 0)
      return fail(failed_with(errno, "rename"));
    return {};
  }();
  if (!written) ::unlinkat(directory_.get(), temporary.c_str(), 0);
  if (written) left_ -= name.size() + value.size();
  return written;
}

Result<void> Writer::give_away(int fd) const {
  if (owner_ == static_cast<uid_t>(-1) || owner_ == ::geteuid()) return {};
  if (::fchown(fd, owner_, static_cast<gid_t>(-1)) != 0) return fail(failed_with(errno, "fchown"));
  return {};
}

}  // namespace

bool has_credentials(const ExecutionSettings& settings) {
  return !settings.credentials.empty() || !settings.credential_values.empty();
}

bool has_credentials_of_others(const ExecutionSettings& settings) {
  return std::ranges::any_of(settings.credentials, [](const Credential& credential) {
    return credential.path.starts_with('/');
  });
}

std::string credentials_directory(const std::string& runtime_directory, const std::string& unit) {
  return runtime_directory + "/credentials/" + unit;
}

Result<void> write_credentials(const ExecutionSettings& settings,
                               const std::string& directory,
                               uid_t owner) {
  const std::size_t slash = directory.rfind('/');
  LOGQ_TRY(base::make_directories(directory.substr(0, slash), 0755));
  if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST)
    return fail(failed_with(errno, "mkdir"));
  UniqueFd opened = LOGQ_TRY(base::open_file(directory, kOpenOwnDirectory));
  return Writer(settings, directory.substr(slash + 1), std::move(opened), owner).write_all();
}

void remove_credentials(const std::string& directory) {
  ::chmod(directory.c_str(), 0700);  // else only root could
  std::error_code ignored;
  std::filesystem::remove_all(directory, ignored);
}

}  // namespace logq::supervise
