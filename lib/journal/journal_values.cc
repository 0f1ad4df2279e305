#include <algorithm>
#include <set>

#include "base/siphash.h"
#include "journal/journal_impl.h"

namespace logq::journal {
namespace {

// 128 bits of a payload, by a key that nobody outside knows: taken for the payload itself.
struct Fingerprint {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  friend bool operator==(const Fingerprint&, const Fingerprint&) = default;
};

class Fingerprinter {
 public:
  [[nodiscard]] Fingerprint of(std::string_view payload) const {
    return {first_(payload), second_(payload)};
  }

 private:
  base::SipHash24 first_{Id128::random().bytes};
  base::SipHash24 second_{Id128::random().bytes};
};

// The values that have been shown, up to a bound: 64 MiB. A set with open addressing.
class SeenValues {
 public:
  // False when it was in the set already.
  bool add(const Fingerprint& value) {
    if (has(value)) return false;
    if (full()) return true;
    if (2 * count_ >= slots_.size()) grow();
    slots_[place_of(value)] = value;
    ++count_;
    return true;
  }
  [[nodiscard]] bool has(const Fingerprint& value) const {
    return !slots_.empty() && slots_[place_of(value)] == value;
  }
  // No more values are remembered.
  [[nodiscard]] bool full() const { return count_ >= kMaxValues; }

 private:
  static constexpr std::size_t kMaxValues = std::size_t{2} << 20;
  static constexpr std::size_t kFirstSlots = 1024;

  // Of the value or of the empty slot where it belongs. All zero means empty; a value with this
  // fingerprint would be shown once per file.
  [[nodiscard]] std::size_t place_of(const Fingerprint& value) const {
    std::size_t at = value.low & (slots_.size() - 1);
    while (!(slots_[at] == value) && !(slots_[at] == Fingerprint{}))
      at = (at + 1) & (slots_.size() - 1);
    return at;
  }
  void grow() {
    std::vector<Fingerprint> before = std::move(slots_);
    slots_.assign(std::max(kFirstSlots, 2 * before.size()), {});
    for (const Fingerprint& value : before) {
      if (!(value == Fingerprint{})) slots_[place_of(value)] = value;
    }
  }

  std::vector<Fingerprint> slots_;
  std::size_t count_ = 0;
};

}  // namespace

void Journal::Impl::visit_fields(const std::function<bool(std::string_view name)>& visit) {
  open_rest();
  std::set<std::string, std::less<>> names;
  for (const auto& source : sources_) {
    source->reader().for_each_field([&names](std::string_view name) {
      if (names.find(name) == names.end()) names.emplace(name);
      return true;
    });
  }
  for (const std::string& name : names) {
    if (!visit(name)) return;
  }
}

// A value is new when no earlier file has it. Most are recognised by what is remembered of them;
// once the memory is full the hash tables of the earlier files are asked.
bool Journal::Impl::visit_unique_values(
    std::string_view field, const std::function<bool(std::string_view payload)>& visit) {
  open_rest();
  const Fingerprinter fingerprint;
  SeenValues seen;
  bool go_on = true;
  bool complete = true;
  for (std::size_t i = 0; i < sources_.size() && go_on; ++i) {
    const auto in_earlier_file = [&](std::string_view payload) {
      return std::any_of(
          sources_.begin(), sources_.begin() + static_cast<std::ptrdiff_t>(i),
          [payload](const auto& source) { return source->reader().find_data(payload) != 0; });
    };
    complete &= sources_[i]->reader().for_each_value(field, [&](std::string_view payload) {
      if (!seen.add(fingerprint.of(payload))) return true;
      if (seen.full() && in_earlier_file(payload)) return true;
      return go_on = visit(payload);
    });
  }
  return complete;
}

}  // namespace logq::journal
