#include "collect/area_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/io.h"
#include "base/try.h"

namespace logq::collect {
namespace {

struct AreaHeader {
  std::uint64_t magic;
  std::uint32_t version;
  std::uint32_t slots;
  std::uint64_t slot_bytes;
  Id128 boot_id;  // what was in memory before a power loss cannot be relied on
};

constexpr std::size_t kNoteAt = 64;
static_assert(sizeof(AreaHeader) <= kNoteAt);

std::uint64_t data_offset(const AreaKind& kind, const AreaGeometry& geometry) {
  const std::uint64_t table = kind.table_bytes_per_slot * geometry.slots;
  return kPage + (table + kPage - 1) / kPage * kPage;
}

std::uint64_t file_size(const AreaKind& kind, const AreaGeometry& geometry) {
  return data_offset(kind, geometry) + geometry.slot_bytes * geometry.slots;
}

std::string temporary_name(const std::string& path) {
  return path + ".new";
}

// Whether the header describes a file of this kind that is as large as it says.
bool is_usable(const AreaHeader& header,
               const AreaKind& kind,
               const Id128& boot_id,
               std::uint64_t size) {
  if (header.magic != kind.magic || header.version != kind.version) return false;
  if (header.boot_id != boot_id) return false;
  if (header.slots == 0 || header.slots > kind.slots_max) return false;
  if (header.slot_bytes == 0 || header.slot_bytes > kind.slot_bytes_max) return false;
  if (header.slot_bytes % kPage != 0) return false;
  return size == file_size(kind, {header.slots, header.slot_bytes});
}

}  // namespace

AreaFile::AreaFile(base::UniqueFd fd,
                   base::MappedRegion map,
                   const AreaKind& kind,
                   AreaGeometry geometry)
    : fd_(std::move(fd)),
      map_(std::move(map)),
      geometry_(geometry),
      data_offset_(data_offset(kind, geometry)) {}

Result<AreaFile> AreaFile::map(base::UniqueFd fd,
                               const AreaKind& kind,
                               const AreaGeometry& geometry) {
  base::MappedRegion region = LOGQ_TRY(base::MappedRegion::map_file(
      fd.get(), file_size(kind, geometry), base::MappedRegion::Access::kReadWrite));
  return AreaFile(std::move(fd), std::move(region), kind, geometry);
}

Result<AreaFile> AreaFile::create(const std::string& path,
                                  const AreaKind& kind,
                                  const AreaGeometry& geometry,
                                  const Id128& boot_id,
                                  std::uint64_t table_bytes) {
  // The name appears last: a successor finds either no file or a complete one.
  AreaFile area = LOGQ_TRY(prepare(path, kind, geometry, boot_id, table_bytes));
  LOGQ_TRY(publish(path));
  return area;
}

Result<void> AreaFile::publish(const std::string& path) {
  if (::rename(temporary_name(path).c_str(), path.c_str()) < 0) {
    return fail(Error::system(errno, "rename"));
  }
  return {};
}

Result<AreaFile> AreaFile::prepare(const std::string& path,
                                   const AreaKind& kind,
                                   const AreaGeometry& geometry,
                                   const Id128& boot_id,
                                   std::uint64_t table_bytes) {
  const std::string temporary = temporary_name(path);
  if (::unlink(temporary.c_str()) < 0 && errno != ENOENT) {
    return fail(Error::system(errno, "unlink"));
  }
  base::UniqueFd fd =
      LOGQ_TRY(base::open_file(temporary, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0600));
  if (::ftruncate(fd.get(), static_cast<off_t>(file_size(kind, geometry))) < 0) {
    return fail(Error::system(errno, "ftruncate"));
  }
  // The table must never raise SIGBUS on a full file system.
  const std::uint64_t table_end = data_offset(kind, geometry);
  const std::uint64_t reserved = kPage + std::min(table_bytes, table_end - kPage);
  if (::fallocate(fd.get(), 0, 0, static_cast<off_t>(reserved)) < 0 && errno != EOPNOTSUPP) {
    return fail(Error::system(errno, "fallocate"));
  }
  AreaFile area = LOGQ_TRY(map(std::move(fd), kind, geometry));
  const AreaHeader header{kind.magic, kind.version, geometry.slots, geometry.slot_bytes, boot_id};
  std::memcpy(area.map_.data(), &header, sizeof(header));
  return area;
}

Result<AreaFile::Existing> AreaFile::set_aside(const std::string& path) {
  if (::rename(path.c_str(), (path + ".old").c_str()) < 0) {
    return fail(Error::system(errno, "rename"));
  }
  Existing existing;
  existing.set_aside = true;
  return existing;
}

Result<AreaFile::Existing> AreaFile::open_existing(const std::string& path,
                                                   const AreaKind& kind,
                                                   const Id128& boot_id) {
  auto fd = base::open_file(path, O_RDWR | O_NOFOLLOW);
  if (!fd.has_value()) {
    if (fd.error().sys_errno == ENOENT) return Existing{};
    // A link, a directory, a socket: as little use as a file with the wrong contents.
    if (fd.error().sys_errno == EMFILE || fd.error().sys_errno == ENFILE) return fail(fd.error());
    return set_aside(path);
  }
  struct stat status {};
  if (::fstat(fd->get(), &status) < 0) return fail(Error::system(errno, "fstat"));
  AreaHeader header{};
  const ssize_t got = ::pread(fd->get(), &header, sizeof(header), 0);
  const bool usable = got == static_cast<ssize_t>(sizeof(header)) && S_ISREG(status.st_mode) &&
                      status.st_uid == ::geteuid() &&
                      is_usable(header, kind, boot_id, static_cast<std::uint64_t>(status.st_size));
  Existing existing;
  if (usable) {
    existing.area = LOGQ_TRY(map(std::move(*fd), kind, {header.slots, header.slot_bytes}));
    return existing;
  }
  return set_aside(path);
}

std::uint64_t* AreaFile::note() const {
  return overlay<std::uint64_t>(map_.data() + kNoteAt);
}

std::byte* AreaFile::table() const {
  return map_.data() + kPage;
}

std::byte* AreaFile::slot(std::size_t index) const {
  return map_.data() + data_offset_ + index * geometry_.slot_bytes;
}

// Whole pages. Only memory is at stake: where the file system cannot punch holes they stay.
void AreaFile::punch(std::uint64_t from, std::uint64_t to) const {
  from = (from + kPage - 1) / kPage * kPage;
  if (to <= from) return;
  std::ignore = ::fallocate(fd_.get(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                            static_cast<off_t>(from), static_cast<off_t>(to - from));
}

void AreaFile::discard(std::size_t index, std::size_t from, std::size_t to) const {
  const std::uint64_t begin = data_offset_ + index * geometry_.slot_bytes;
  punch(begin + from, begin + to);
}

void AreaFile::discard_table(std::uint64_t from, std::uint64_t to) const {
  punch(kPage + from, kPage + to);
}

bool AreaFile::reserve_table(std::uint64_t from, std::uint64_t to) const {
  const auto begin = static_cast<off_t>(kPage + from);
  return ::fallocate(fd_.get(), 0, begin, static_cast<off_t>(to - from)) == 0 ||
         errno == EOPNOTSUPP;
}

bool AreaFile::reserve(std::size_t index, std::size_t to) const {
  const auto begin = static_cast<off_t>(data_offset_ + index * geometry_.slot_bytes);
  const auto size = static_cast<off_t>(std::min<std::uint64_t>(to, geometry_.slot_bytes));
  return ::fallocate(fd_.get(), 0, begin, size) == 0 || errno == EOPNOTSUPP;
}

}  // namespace logq::collect
