#include "base/access_list.h"

#include <sys/stat.h>
#include <sys/xattr.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "base/little_endian.h"
#include "base/try.h"

namespace logq::base {
namespace {

constexpr const char* kAttribute = "system.posix_acl_access";
constexpr std::uint32_t kVersion = 2;
constexpr std::size_t kListBytesMax = std::size_t{64} << 10;  // XATTR_SIZE_MAX
constexpr std::uint16_t kRead = 4;
constexpr std::uint32_t kNoId = 0xffffffff;

enum Tag : std::uint16_t {
  kOwner = 0x01,
  kUser = 0x02,
  kOwningGroup = 0x04,
  kGroup = 0x08,
  kMask = 0x10,
  kOthers = 0x20,
};

struct Entry {
  Le16 tag;
  Le16 permissions;
  Le32 id;
};
static_assert(sizeof(Entry) == 8);

using AccessList = std::vector<Entry>;

Entry make_entry(Tag tag, mode_t permissions) {
  Entry entry;
  entry.tag = tag;
  entry.permissions = static_cast<std::uint16_t>(permissions & 7);
  entry.id = kNoId;
  return entry;
}

// The list that says the same as the mode.
Result<AccessList> list_of_mode(int fd) {
  struct stat status {};
  if (::fstat(fd, &status) < 0) return fail(Error::system(errno, "fstat"));
  return AccessList{make_entry(kOwner, status.st_mode >> 6),
                    make_entry(kOwningGroup, status.st_mode >> 3),
                    make_entry(kOthers, status.st_mode)};
}

Result<AccessList> read_list(int fd) {
  std::vector<std::byte> bytes(kListBytesMax);
  const ssize_t size = ::fgetxattr(fd, kAttribute, bytes.data(), bytes.size());
  if (size < 0 && errno == ENODATA) return list_of_mode(fd);
  if (size < 0) return fail(Error::system(errno, "fgetxattr"));
  Le32 version;
  const auto length = static_cast<std::size_t>(size);
  if (length < sizeof(version) || (length - sizeof(version)) % sizeof(Entry) != 0) {
    return fail(Error::make(Errc::kUnsupported, "access list of an unknown form"));
  }
  std::copy_n(bytes.data(), sizeof(version), std::as_writable_bytes(std::span(&version, 1)).data());
  if (version != kVersion) {
    return fail(Error::make(Errc::kUnsupported, "access list of an unknown version"));
  }
  AccessList list((length - sizeof(version)) / sizeof(Entry));
  std::copy_n(bytes.data() + sizeof(version), length - sizeof(version),
              std::as_writable_bytes(std::span(list)).data());
  return list;
}

Result<void> write_list(int fd, const AccessList& list) {
  Le32 version;
  version = kVersion;
  std::vector<std::byte> bytes(sizeof(version) + list.size() * sizeof(Entry));
  const auto head = std::as_bytes(std::span(&version, 1));
  const auto entries = std::as_bytes(std::span(list));
  std::copy(entries.begin(), entries.end(), std::copy(head.begin(), head.end(), bytes.begin()));
  if (::fsetxattr(fd, kAttribute, bytes.data(), bytes.size(), 0) < 0) {
    return fail(Error::system(errno, "fsetxattr"));
  }
  return {};
}

std::uint16_t tag_of(const Entry& entry) {
  return entry.tag;
}

// Entries are sorted by it.
std::pair<std::uint16_t, std::uint32_t> position(const Entry& entry) {
  return {entry.tag, entry.id};
}

void add_permission(AccessList& list, const Entry& wanted) {
  const auto place = std::ranges::lower_bound(list, position(wanted), {}, position);
  if (place != list.end() && position(*place) == position(wanted)) {
    place->permissions = static_cast<std::uint16_t>(place->permissions | wanted.permissions);
  } else {
    list.insert(place, wanted);
  }
}

}  // namespace

Result<void> grant_read(int fd, uid_t reader) {
  AccessList list = LOGQ_TRY(read_list(fd));
  const auto group = std::ranges::find(list, kOwningGroup, tag_of);
  const bool has_mask = std::ranges::find(list, kMask, tag_of) != list.end();
  // Without a mask the group's permissions are its own; a mask bounds them.
  const mode_t bound = has_mask || group == list.end() ? 0 : group->permissions.load();
  Entry user = make_entry(kUser, kRead);
  user.id = reader;
  add_permission(list, user);
  add_permission(list, make_entry(kMask, bound | kRead));
  return write_list(fd, list);
}

}  // namespace logq::base
