#include "supervise/spool_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/io.h"
#include "base/little_endian.h"
#include "base/try.h"

namespace logq::supervise {
namespace {

constexpr std::string_view kMagic = "LQSPOOL1";

constexpr std::uint64_t kBlockBytes = 4096;
constexpr std::uint64_t kCopiedBytes = std::uint64_t{1} << 20;  // at a time

struct Head {
  char magic[8];
  base::Le64 read_at;
};
static_assert(sizeof(Head) == 16);

}  // namespace

Result<SpoolFile> SpoolFile::open(const std::string& path, std::uint64_t max_bytes) {
  SpoolFile spool(LOGQ_TRY(base::open_file(path, O_RDWR | O_CREAT | O_NOFOLLOW, 0600)), max_bytes);
  if (::flock(spool.fd_.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return fail(Error::make(Errc::kBusy, "another logger uses it"));
    return fail(Error::system(errno, "flock"));
  }
  LOGQ_TRY(spool.load());
  return spool;
}

Result<void> SpoolFile::load() {
  struct stat status {};
  if (::fstat(fd_.get(), &status) != 0) return fail(Error::system(errno, "fstat"));
  const auto size = static_cast<std::uint64_t>(status.st_size);
  Head head{};
  const ssize_t count = ::pread(fd_.get(), &head, sizeof(head), 0);
  if (count < 0) return fail(Error::system(errno, "read"));
  // A file that is shorter was being made.
  const bool is_new = static_cast<std::size_t>(count) < sizeof(head);
  if (!is_new && std::memcmp(head.magic, kMagic.data(), kMagic.size()) != 0) {
    return fail(Error::corrupt(0, "no spool file"));
  }
  end_ = std::max<std::uint64_t>(size, sizeof(Head));
  read_at_ = std::max<std::uint64_t>(is_new ? 0 : head.read_at.load(), sizeof(Head));
  if (read_at_ > end_) read_at_ = end_;  // it was cut when it had been read
  line_start_ = read_at_;
  std::ignore = note_position();
  return {};
}

std::uint64_t SpoolFile::room() const {
  return max_bytes_ - std::min(max_bytes_, bytes());
}

bool SpoolFile::append(std::string_view bytes) {
  return bytes.size() <= room() && write_at_end(bytes);
}

// All is written once more behind the rest, and counts when the position says so: a kill leaves the
// one or the other.
bool SpoolFile::put_back(std::string_view bytes) {
  const std::uint64_t begin = end_;
  if (!write_at_end(bytes) || !copy_rest_to_end(begin)) {
    end_ = begin;
    std::ignore = ::ftruncate(fd_.get(), static_cast<off_t>(end_));
    return false;
  }
  read_at_ = line_start_ = begin;
  std::ignore = note_position();
  give_back_room();
  return true;
}

bool SpoolFile::copy_rest_to_end(std::uint64_t end) {
  for (std::uint64_t at = read_at_; at < end;) {
    const auto piece = read_at(at, std::min<std::uint64_t>(kCopiedBytes, end - at));
    if (!piece || piece->empty() || !write_at_end(*piece)) return false;
    at += piece->size();
  }
  return true;
}

bool SpoolFile::write_at_end(std::string_view bytes) {
  // Where there was no room for that either, it would be no spool file for a successor.
  if (empty() && !note_position()) return false;
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t count = ::pwrite(fd_.get(), bytes.data() + done, bytes.size() - done,
                                   static_cast<off_t>(end_ + done));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) {
      std::ignore = ::ftruncate(fd_.get(), static_cast<off_t>(end_));
      return false;
    }
    done += static_cast<std::size_t>(count);
  }
  end_ += done;
  return true;
}

Result<std::string> SpoolFile::peek(std::size_t max_bytes) const {
  return read_at(read_at_, std::min<std::uint64_t>(max_bytes, this->bytes()));
}

Result<std::string> SpoolFile::read_at(std::uint64_t offset, std::size_t size) const {
  std::string bytes(size, '\0');
  ssize_t count = 0;
  do {
    count = ::pread(fd_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
  } while (count < 0 && errno == EINTR);
  if (count < 0) return fail(Error::system(errno, "read"));
  bytes.resize(static_cast<std::size_t>(count));
  return bytes;
}

void SpoolFile::pop(std::string_view bytes) {
  const std::size_t newline = bytes.rfind('\n');
  if (newline != std::string_view::npos) line_start_ = read_at_ + newline + 1;
  read_at_ += bytes.size();
  if (empty()) {
    // Cut before the position is noted: who comes after a kill reads nothing twice.
    std::ignore = ::ftruncate(fd_.get(), sizeof(Head));
    read_at_ = line_start_ = end_ = sizeof(Head);
  }
  std::ignore = note_position();
  give_back_room();
}

// What nobody will read any more, but for the block that begins with the position.
void SpoolFile::give_back_room() {
  const std::uint64_t end = line_start_ / kBlockBytes * kBlockBytes;
  if (end <= kBlockBytes) return;
  std::ignore = ::fallocate(fd_.get(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, kBlockBytes,
                            static_cast<off_t>(end - kBlockBytes));
}

bool SpoolFile::note_position() {
  Head head{};
  std::memcpy(head.magic, kMagic.data(), kMagic.size());
  head.read_at.store(line_start_);
  return ::pwrite(fd_.get(), &head, sizeof(head), 0) == sizeof(head);
}

}  // namespace logq::supervise
