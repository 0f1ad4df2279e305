#include "journal/archive_look.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <string_view>
#include <thread>

#include "base/io.h"
#include "base/quiet_thread.h"
#include "journal/file_peek.h"

namespace logq::journal {
namespace {

// A thread costs as much as a look into so many archives.
constexpr std::size_t kLooksPerThread = 24;
constexpr std::size_t kThreadsMax = 8;

ArchiveLook look(const NamedArchive& archive, const Match& match) {
  const auto file = base::open_file(archive.path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  if (!file) return file.error().sys_errno == ENOENT ? ArchiveLook::kGone : ArchiveLook::kOther;
  alignas(Header) std::array<std::byte, sizeof(Header)> bytes{};
  const ssize_t n = ::pread(file->get(), bytes.data(), bytes.size(), 0);
  if (n != static_cast<ssize_t>(bytes.size())) return ArchiveLook::kOther;
  if (!check_header(ObjectReader(bytes.data(), bytes.size(), false))) return ArchiveLook::kOther;
  const Header& header = *reinterpret_cast<const Header*>(bytes.data());
  if (!agrees(archive, read_file_info(header))) return ArchiveLook::kOther;
  const FilePeek peek(*file, header_snapshot(header));
  const auto may_hold = [&peek](std::string_view payload) { return peek.may_hold(payload); };
  return may_be_satisfied(match, may_hold) ? ArchiveLook::kMayMatch : ArchiveLook::kCannotMatch;
}

std::size_t threads_for(std::size_t n_archives) {
  const std::size_t processors = std::max(std::thread::hardware_concurrency(), 1U);
  return std::clamp<std::size_t>(n_archives / kLooksPerThread, 1,
                                 std::min(processors, kThreadsMax));
}

}  // namespace

std::vector<ArchiveLook> look_into(std::span<NamedArchive* const> archives, const Match& match) {
  std::vector<ArchiveLook> looks(archives.size());
  const auto look_between = [&](std::size_t from, std::size_t end) {
    for (std::size_t i = from; i < end; ++i)
      looks[i] = look(*archives[i], match);
  };
  const std::size_t shares = threads_for(archives.size());
  const auto share = [&](std::size_t number) { return archives.size() * number / shares; };
  std::vector<std::thread> threads;
  for (std::size_t i = 1; i < shares; ++i) {
    std::thread thread = base::start_quiet_thread(
        [&look_between, from = share(i), end = share(i + 1)] { look_between(from, end); });
    if (thread.joinable()) {
      threads.push_back(std::move(thread));
    } else {
      look_between(share(i), share(i + 1));
    }
  }
  look_between(0, share(1));
  for (std::thread& thread : threads)
    thread.join();
  return looks;
}

}  // namespace logq::journal
