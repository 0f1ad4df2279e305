#include "journal/arena.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/mapped_region.h"
#include "base/try.h"

namespace logq::journal {
namespace {

// journald's step. A small file grows in smaller ones, so that it does not take all it may at once.
constexpr std::uint64_t kExtent = std::uint64_t{8} << 20;
constexpr std::uint64_t kExtentMin = std::uint64_t{256} << 10;
// An extent that will be full so soon gets a successor ahead of time: where entries come slower, a
// stall of some milliseconds per extent is nothing, and room that nobody uses is something.
constexpr auto kPrepareWithin = std::chrono::seconds(10);
// One that will be full so soon also gets its pages ahead of time. Where entries come slower, a
// sync would write them all back empty before they are used.
constexpr auto kPopulateWithin = std::chrono::seconds(1);
// What the writer brings in itself at once.
constexpr std::uint64_t kStretch = std::uint64_t{256} << 10;

constexpr std::uint64_t round_up(std::uint64_t value, std::uint64_t step) {
  return (value + step - 1) / step * step;
}

}  // namespace

Result<Arena> Arena::map(base::UniqueFd fd, std::uint64_t size, std::uint64_t max_size) {
  auto region = LOGQ_TRY(base::MappedRegion::map_file(fd.get(), std::max(size, max_size),
                                                      base::MappedRegion::Access::kReadWrite));
  return Arena(std::make_shared<const Extents>(std::move(fd), std::move(region)), size);
}

std::uint64_t Arena::step() const {
  return std::clamp(max_size_ / 16, kExtentMin, kExtent);
}

Result<void> Arena::grow_slowly(std::uint64_t end) {
  if (end > max_size_) return fail(Error::make(Errc::kFull, "journal file is full"));
  if (end > size_) LOGQ_TRY(enter_next(end));
  if (end > populated_) populate_around(end);
  if (end >= foresight_.mark()) look_ahead(end);
  attention_ = std::min({size_, populated_, foresight_.mark() - 1});
  return {};
}

Result<void> Arena::enter_next(std::uint64_t end) {
  const std::uint64_t begin = size_;
  if (const auto taken = next_.take(); taken.made) {
    size_ = taken.made->end;
    if (taken.made->populated) populated_ = size_;
    ++(taken.waited ? counts_.waited : counts_.prepared);
  }
  if (end > size_) {
    size_ = LOGQ_TRY(allocate_now(end));
    ++counts_.inlined;
  }
  const bool looks_ahead = helper_ != nullptr && size_ < max_size_;
  foresight_ = looks_ahead ? Foresight(begin, size_, Foresight::Clock::now()) : Foresight();
  return {};
}

// Near the end of the disk a whole extent may not fit while this entry does.
Result<std::uint64_t> Arena::allocate_now(std::uint64_t end) {
  const std::uint64_t wanted = std::min(round_up(end, step()), max_size_);
  const auto allocated = extents_->allocate(size_, wanted);
  if (allocated) return wanted;
  const std::uint64_t least = std::min(round_up(end, 4096), max_size_);
  if (least >= wanted) return fail(allocated.error());
  LOGQ_TRY(extents_->allocate(size_, least));
  return least;
}

void Arena::populate_around(std::uint64_t end) {
  const std::uint64_t from =
      std::max(populated_, end - std::min(end, kStretch)) & ~std::uint64_t{4095};
  const std::uint64_t to = std::min(round_up(end, kStretch), size_);
  extents_->populate(from, to);
  populated_ = to;
}

void Arena::look_ahead(std::uint64_t used) {
  const auto left = foresight_.look(used, Foresight::Clock::now());
  if (!left || *left > kPrepareWithin || helper_ == nullptr || next_.is_asked()) return;
  const std::uint64_t from = size_;
  const std::uint64_t to = std::min(round_up(from + 1, step()), max_size_);
  const bool populates = *left <= kPopulateWithin;
  foresight_ = {};
  next_.ask(*helper_, [extents = extents_, from, to, populates]() -> Result<Prepared> {
    LOGQ_TRY(extents->allocate(from, to));
    if (populates) extents->populate(from, to);
    return Prepared{to, populates};
  });
}

void Arena::populate_to(std::uint64_t end) {
  if (end <= populated_) return;
  extents_->populate(0, end);
  populated_ = end;
}

void Arena::use_helper(WorkerThread& helper, std::uint64_t used) {
  helper_ = &helper;
  if (size_ < max_size_) foresight_ = Foresight(used, size_, Foresight::Clock::now());
  attention_ = 0;
}

void Arena::let_go() {
  next_.take();
  helper_ = nullptr;
  foresight_ = {};
  attention_ = 0;
}

Result<void> Arena::shrink_to(std::uint64_t end) {
  next_.take();
  attention_ = 0;
  if (::ftruncate(fd(), static_cast<off_t>(end)) < 0) {
    return fail(Error::system(errno, "truncate journal file"));
  }
  size_ = end;
  return {};
}

}  // namespace logq::journal
