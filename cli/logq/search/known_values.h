// KnownValues: what was found out about stored values, kept for the entries that share them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/fold_multiply.h"
#include "journal/file_reader.h"

namespace logq::cli {

// Each value has one place, by the hash of where it is stored, and gives way to a later one there.
// Whoever writes a file may make others fall on the same place: that costs time, no answer. Not
// thread-safe.
template <typename Finding, std::size_t kPlaces>
class KnownValues {
 public:
  // Until then nothing may be asked or learnt.
  void make_room() { places_.resize(kPlaces); }
  [[nodiscard]] bool has_room() const { return !places_.empty(); }

  // `file` is its serial, `data` the offset of the DATA object in it. Valid until the next learn().
  [[nodiscard]] const Finding* find(std::uint64_t file, journal::FileOffset data) const {
    const Place& place = places_[place_of(file, data)];
    return place.file == file && place.data == data ? &place.finding : nullptr;
  }
  const Finding& learn(std::uint64_t file, journal::FileOffset data, Finding finding) {
    Place& place = places_[place_of(file, data)];
    place = {file, data, std::move(finding)};
    return place.finding;
  }

 private:
  struct Place {
    std::uint64_t file = 0;  // 0: nothing is known
    journal::FileOffset data = 0;
    Finding finding{};
  };

  static std::size_t place_of(std::uint64_t file, journal::FileOffset data) {
    constexpr std::uint64_t kOdd = 0x9e3779b97f4a7c15U;
    return base::fold_multiply(data ^ file << 48, kOdd) % kPlaces;
  }

  std::vector<Place> places_;
};

}  // namespace logq::cli
