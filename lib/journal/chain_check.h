// ChainCheck: checks one hash table and its chains while all objects go by in file order.
//
// Chains run in file order too, so for each bucket it is enough to know which object its chain
// names next. An object that its chain does not name when it comes by is not linked; a chain that
// names an object that never comes by (or is of another bucket) is broken. Memory is taken only for
// the parts of the table in which there is a chain: an archive's table may be a hole for the most.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "journal/object_reader.h"
#include "logq/result.h"

namespace logq::journal {

class ChainCheck {
 public:
  // `table`: offset of the first bucket, as in the header; `bytes`: of all buckets.
  Result<void> begin(const ObjectReader& objects, FileOffset table, std::uint64_t bytes);
  // Fetches what visit() of an object with this hash will look at.
  void prepare(std::uint64_t hash) const;
  // The next object in file order; whether its chain leads to it.
  Result<bool> visit(FileOffset object, std::uint64_t hash, FileOffset next);
  // After the last object.
  Result<void> finish(const ObjectReader& objects) const;

 private:
  struct Bucket {
    FileOffset expected = 0;  // what the chain names next, 0 at its end
    FileOffset last = 0;      // the last object that was linked
  };
  // As many as a block of a file holds.
  static constexpr std::size_t kPartBuckets = 256;
  using Part = std::array<Bucket, kPartBuckets>;

  [[nodiscard]] Bucket* bucket_of(std::uint64_t hash) const;
  [[nodiscard]] Result<void> finish_part(const ObjectReader& objects, std::uint64_t index) const;

  FileOffset table_ = 0;
  std::uint64_t n_buckets_ = 0;
  std::vector<std::unique_ptr<Part>> parts_;  // null where all chains are empty
};

}  // namespace logq::journal
