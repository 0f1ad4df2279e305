#include "journal/chain_check.h"

#include <algorithm>

#include "base/prefetch.h"
#include "base/try.h"

namespace logq::journal {
namespace {

// journald has 7.5 million in its largest compact file. More would only be there to use up memory.
constexpr std::uint64_t kMaxBuckets = std::uint64_t{1} << 24;

}  // namespace

Result<void> ChainCheck::begin(const ObjectReader& objects, FileOffset table, std::uint64_t bytes) {
  table_ = table;
  const std::uint64_t count = bytes / sizeof(HashItem);
  if (table > objects.size() || objects.size() - table < bytes) {
    return fail(Error::truncated(table, "hash table lies beyond the end of the file"));
  }
  if (count > kMaxBuckets) return fail(Error::corrupt(table, "hash table is impossibly large"));
  n_buckets_ = count;
  parts_.resize(count / kPartBuckets + 1);
  for (std::uint64_t i = 0; i < count; ++i) {
    const FileOffset at = table + i * sizeof(HashItem);
    const HashItem* item = LOGQ_TRY(objects.at<HashItem>(at));
    const FileOffset head = load(item->head_hash_offset);
    const FileOffset tail = load(item->tail_hash_offset);
    if ((head == 0) != (tail == 0)) {
      return fail(Error::corrupt(at, "hash bucket has a head or a tail only"));
    }
    if (head % 8 != 0 || tail % 8 != 0) {
      return fail(Error::corrupt(at, "hash bucket names an offset that is not 8-aligned"));
    }
    if (head == 0) continue;
    std::unique_ptr<Part>& part = parts_[i / kPartBuckets];
    if (part == nullptr) part = std::make_unique<Part>();
    (*part)[i % kPartBuckets].expected = head;
  }
  return {};
}

// Null where no chain is.
ChainCheck::Bucket* ChainCheck::bucket_of(std::uint64_t hash) const {
  if (n_buckets_ == 0) return nullptr;
  const std::uint64_t index = hash % n_buckets_;
  Part* part = parts_[index / kPartBuckets].get();
  return part == nullptr ? nullptr : &(*part)[index % kPartBuckets];
}

void ChainCheck::prepare(std::uint64_t hash) const {
  if (Bucket* bucket = bucket_of(hash)) base::prefetch_for_write(bucket);
}

Result<bool> ChainCheck::visit(FileOffset object, std::uint64_t hash, FileOffset next) {
  if (next % 8 != 0) return fail(Error::corrupt(object, "hash chain offset is not 8-aligned"));
  Bucket* bucket = bucket_of(hash);
  if (bucket == nullptr || bucket->expected != object) return false;
  if (next != 0 && next <= object) return fail(Error::corrupt(object, "hash chain runs backwards"));
  bucket->last = object;
  bucket->expected = next;
  return true;
}

Result<void> ChainCheck::finish(const ObjectReader& objects) const {
  for (std::uint64_t part = 0; part < parts_.size(); ++part) {
    if (parts_[part] != nullptr) LOGQ_TRY(finish_part(objects, part));
  }
  return {};
}

Result<void> ChainCheck::finish_part(const ObjectReader& objects, std::uint64_t index) const {
  const std::uint64_t first = index * kPartBuckets;
  const std::uint64_t count = std::min<std::uint64_t>(kPartBuckets, n_buckets_ - first);
  for (std::uint64_t i = 0; i < count; ++i) {
    const Bucket& bucket = (*parts_[index])[i];
    const FileOffset at = table_ + (first + i) * sizeof(HashItem);
    if (bucket.expected != 0) {
      return fail(Error::corrupt(bucket.last != 0 ? bucket.last : at,
                                 "hash chain names something that does not belong to it"));
    }
    const HashItem* item = LOGQ_TRY(objects.at<HashItem>(at));
    if (load(item->tail_hash_offset) != bucket.last) {
      return fail(Error::corrupt(at, "tail of a hash chain is not its last object"));
    }
  }
  return {};
}

}  // namespace logq::journal
