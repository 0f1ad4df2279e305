#include "journal/storage_limits.h"

#include <unistd.h>

#include <algorithm>

namespace logq::journal {
namespace {

constexpr std::uint64_t kKiB = std::uint64_t{1} << 10;
constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;
constexpr std::uint64_t kGiB = std::uint64_t{1} << 30;

constexpr std::uint64_t kMaxUseLow = kMiB;
constexpr std::uint64_t kMaxUseHigh = 4 * kGiB;
constexpr std::uint64_t kMinUseLow = kMiB;
constexpr std::uint64_t kMinUseHigh = 16 * kMiB;
constexpr std::uint64_t kKeepFreeHigh = 4 * kGiB;
constexpr std::uint64_t kKeepFreeUnknown = kMiB;
constexpr std::uint64_t kMaxFileHigh = 128 * kMiB;
constexpr std::uint64_t kMinFile = 512 * kKiB;
constexpr std::uint64_t kCompactEnd = 4 * kGiB - 1;
constexpr std::uint64_t kMaxFiles = 100;

std::uint64_t page_aligned(std::uint64_t bytes) {
  const long page = ::sysconf(_SC_PAGESIZE);
  const std::uint64_t size = page > 0 ? static_cast<std::uint64_t>(page) : 4096;
  return bytes > UINT64_MAX - size ? bytes : (bytes + size - 1) / size * size;
}

std::uint64_t twice(std::uint64_t bytes) {
  return bytes > UINT64_MAX / 2 ? UINT64_MAX : 2 * bytes;
}

std::uint64_t percent(std::uint64_t whole, std::uint64_t hundredths) {
  return whole / 100 * hundredths + whole % 100 * hundredths / 100;
}

std::uint64_t max_use(const StorageSettings& settings, std::uint64_t filesystem) {
  if (!settings.max_use_bytes) {
    return std::clamp(page_aligned(percent(filesystem, 10)), kMaxUseLow, kMaxUseHigh);
  }
  const std::uint64_t wanted = page_aligned(*settings.max_use_bytes);
  return wanted == 0 ? 0 : std::max(wanted, 2 * kMinFile);
}

std::uint64_t max_file(const StorageSettings& settings, std::uint64_t use, bool compact) {
  const std::uint64_t wanted = settings.max_file_bytes
                                   ? page_aligned(*settings.max_file_bytes)
                                   : std::min(page_aligned(use / 8), kMaxFileHigh);
  const std::uint64_t size = std::max(wanted, kMinFile);
  return compact ? std::min(size, kCompactEnd) : size;
}

std::uint64_t keep_free(const StorageSettings& settings, std::uint64_t filesystem) {
  if (settings.keep_free_bytes) return *settings.keep_free_bytes;
  if (filesystem == 0) return kKeepFreeUnknown;
  return std::min(page_aligned(percent(filesystem, 5)), kKeepFreeHigh);
}

}  // namespace

StorageLimits storage_limits(const StorageSettings& settings,
                             std::uint64_t filesystem_bytes,
                             bool compact) {
  StorageLimits limits;
  limits.max_use_bytes = max_use(settings, filesystem_bytes);
  limits.max_file_bytes = max_file(settings, limits.max_use_bytes, compact);
  limits.min_file_bytes = kMinFile;
  // There is always room for an archived file beside the active one.
  if (limits.max_use_bytes != 0) {
    limits.max_use_bytes =
        std::max(limits.max_use_bytes, page_aligned(twice(limits.max_file_bytes)));
  }
  const std::uint64_t min_use =
      std::clamp(page_aligned(percent(filesystem_bytes, 2)), kMinUseLow, kMinUseHigh);
  limits.min_use_bytes = std::min(min_use, limits.max_use_bytes);
  limits.keep_free_bytes = keep_free(settings, filesystem_bytes);
  limits.max_files = settings.max_files.value_or(kMaxFiles);
  return limits;
}

std::uint64_t current_limit(const StorageLimits& limits,
                            std::uint64_t used_bytes,
                            std::uint64_t available_bytes) {
  const std::uint64_t spare =
      available_bytes > limits.keep_free_bytes ? available_bytes - limits.keep_free_bytes : 0;
  const std::uint64_t reach = used_bytes > UINT64_MAX - spare ? UINT64_MAX : used_bytes + spare;
  return std::max(limits.min_use_bytes, std::min(reach, limits.max_use_bytes));
}

}  // namespace logq::journal
