// Where: an expression of --where, which entries are asked (docs/where.md).
//
// A leaf of the expression is one comparison, about one field. Whether a payload makes leaves true
// depends on the payload alone, so it is found out once for each value that is stored:
//
//   std::uint64_t leaves = where.leaves_of(info);                // time and number of the entry
//   for (payload of the entry) leaves |= where.leaves_of(payload);  // or what is remembered of it
//   if (where.holds(leaves)) ...
//
// Not thread-safe, since patterns keep what they matched: clone() one for each thread. holds() and
// other const functions may run on several threads.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "journal/object_reader.h"
#include "logq/result.h"
#include "query/grep.h"
#include "query/where_error.h"
#include "query/where_parser.h"
#include "query/where_tree.h"

namespace logq::query {

class Where;
using WhereResult = tl::expected<Where, WhereError>;

class Where {
 public:
  // REQUIRES: no other thread runs (a time may name a zone, see base/timestamp.h).
  static WhereResult parse(std::string_view text, const WhereContext& context);
  // All of them hold. Fails when there are more than 64 leaves together; `at` means nothing then.
  // REQUIRES: at least one.
  static WhereResult all_of(std::vector<Where> parts);
  // Fails for want of memory only.
  [[nodiscard]] Result<Where> clone() const;

  // The leaves, as a mask, that this "FIELD=value" makes true. Cheap for fields nobody asks for.
  [[nodiscard]] std::uint64_t leaves_of(std::string_view payload) {
    if (payload.size() < 2 || !first_bytes_[first_byte_slot(payload)]) return 0;
    return leaves_of_named(payload);
  }
  // Those about __REALTIME_TIMESTAMP, __MONOTONIC_TIMESTAMP and __SEQNUM.
  [[nodiscard]] std::uint64_t leaves_of(const journal::EntryInfo& entry) {
    return entry_leaves_ == 0 ? 0 : leaves_of_entry(entry);
  }
  // Whether an entry is wanted that has these leaves: the masks of all of its payloads and its own.
  [[nodiscard]] bool holds(std::uint64_t leaves) const;

  [[nodiscard]] std::uint64_t all_leaves() const {
    return ~std::uint64_t{0} >> (64 - leaves().size());
  }
  // The leaves that are about the entry itself rather than a field that is stored.
  [[nodiscard]] std::uint64_t entry_leaves() const { return entry_leaves_; }
  [[nodiscard]] const WhereTree& tree() const { return expression_.tree; }
  [[nodiscard]] std::vector<WhereLeaf>& leaves() { return expression_.leaves; }
  [[nodiscard]] const std::vector<WhereLeaf>& leaves() const { return expression_.leaves; }

  // Values on which a pattern was given up; they count as not matching.
  [[nodiscard]] Grep::Failures failures() const;

  // An expression that parses to the same, on one line of printable UTF-8.
  [[nodiscard]] std::string to_text() const;

 private:
  struct Field {
    std::string prefix;  // "NAME="
    std::uint64_t leaves = 0;
  };
  // holds() in the order of evaluation: a leaf is pushed, the others work on what was pushed last.
  struct Step {
    WhereTree::Kind kind;
    std::uint8_t count;  // kLeaf: which one; kAnd, kOr: of how many
  };

  explicit Where(WhereExpression expression);
  void note_field(const std::string& name, std::uint64_t leaf);
  void compile(const WhereTree& tree);
  [[nodiscard]] std::uint64_t leaves_of_named(std::string_view payload);
  [[nodiscard]] std::uint64_t leaves_of_entry(const journal::EntryInfo& entry);
  [[nodiscard]] std::uint64_t satisfied(std::uint64_t leaves, std::string_view value);

  // Names differ early: "_S" and "_P", or in length one.
  static std::size_t first_byte_slot(std::string_view payload) {
    return (static_cast<unsigned char>(payload[0]) * 31U + static_cast<unsigned char>(payload[1])) &
           255U;
  }

  WhereExpression expression_;
  std::vector<Step> steps_;
  std::vector<Field> fields_;
  std::array<bool, 256> first_bytes_{};
  std::vector<Field> entry_fields_;  // prefix: the name alone
  std::uint64_t entry_leaves_ = 0;
};

}  // namespace logq::query
