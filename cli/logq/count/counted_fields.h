// What stored values mean for a count: of which of the counted fields they are, and what -T says.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "journal/file_reader.h"
#include "logq/options/options.h"
#include "query/distinct_values.h"

namespace logq::cli {

struct CountedValue {
  static constexpr std::uint32_t kNoField = UINT32_MAX;

  std::uint32_t field = kNoField;  // index of the field that is counted
  query::ValueId value = query::kNoValue;
  bool is_identifier = false;  // where -T is given
  bool is_excluded = false;    // by it
};

// Borrows the options and the values. Thread-safe.
class CountedFields {
 public:
  CountedFields(const Options& options, query::DistinctValues& values);

  // Whether there is anything to find out of a value.
  [[nodiscard]] bool is_asked() const { return !names_.empty(); }
  [[nodiscard]] CountedValue judge(std::string_view payload) const;
  // All fields whose values judge() tells apart from others.
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }

 private:
  const Options& options_;
  query::DistinctValues& values_;
  bool has_excluded_;
  std::vector<std::string> prefixes_;  // "NAME=", of the counted ones
  std::vector<std::string> names_;
};

// The counted values of one file by their DATA objects, so that entries are counted without a look
// at what they hold. Immutable.
class FileValues {
 public:
  // Nothing where the file does not tell all of them, or they are too many to be worth it. The file
  // may grow: what comes later is not known.
  static std::unique_ptr<const FileValues> of(journal::FileReader& file,
                                              const CountedFields& fields);

  // Nothing for the values of other fields.
  [[nodiscard]] const CountedValue* find(journal::FileOffset data) const {
    for (std::size_t at = place_of(data);; at = (at + 1) & mask_) {
      const Slot& slot = slots_[at];
      if (slot.data == data) return &slot.value;
      if (slot.data == 0) return nullptr;
    }
  }

 private:
  struct Slot {
    journal::FileOffset data = 0;  // 0: free
    CountedValue value;
  };

  explicit FileValues(std::size_t n_values);
  void insert(journal::FileOffset data, const CountedValue& value);
  // Whether find() comes to an end soon wherever it begins.
  [[nodiscard]] bool is_spread() const;
  [[nodiscard]] std::size_t place_of(journal::FileOffset data) const {
    constexpr std::uint64_t kOdd = 0x9e3779b97f4a7c15U;
    return (data * kOdd) >> 32 & mask_;
  }

  std::size_t mask_;
  std::vector<Slot> slots_;  // never full: find() ends at a free one
};

}  // namespace logq::cli
