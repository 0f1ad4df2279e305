// The xor_hash of every entry against its fields; see verify_pass.h.
#include <unordered_map>
#include <vector>

#include "base/jenkins.h"
#include "base/try.h"
#include "journal/compression.h"
#include "journal/seeded_hash.h"
#include "journal/verify_pass.h"
#include "journal/xor_hash.h"

namespace logq::journal {
namespace {

class XorCheck {
 public:
  explicit XorCheck(Verification& verification)
      : v_(verification),
        objects_(verification.objects) {}

  Result<void> run();

 private:
  Result<bool> fits(FileOffset entry);
  Result<std::uint64_t> hash_of(FileOffset data);

  Verification& v_;
  const ObjectReader& objects_;
  Decompressor decompressor_;
  std::string payload_;
  std::vector<std::uint64_t> hashes_;  // of the entry being looked at
  // Hashes that are not taken twice, by the offset of the value.
  std::unordered_map<FileOffset, std::uint64_t, SeededHash> costly_;
};

Result<void> XorCheck::run() {
  FileOffset misfit = 0;
  bool any_fits = false;
  Result<void> result;
  v_.entries.for_each([&](FileOffset entry) {
    const auto fitting = fits(entry);
    if (!fitting) result = fail(fitting.error());
    if (!fitting) return false;
    if (*fitting) any_fits = true;
    if (!*fitting && misfit == 0) misfit = entry;
    return misfit == 0 || !any_fits;
  });
  LOGQ_TRY(result);
  // A writer with a notion of its own is none of our business; nobody depends on it.
  if (misfit == 0 || !any_fits) return {};
  return fail(Error::corrupt(misfit, "entry's xor_hash does not fit its fields"));
}

Result<bool> XorCheck::fits(FileOffset offset) {
  const auto entry = LOGQ_TRY(objects_.object<EntryObject>(offset));
  const std::uint64_t count = objects_.items_of(entry);
  hashes_.clear();
  for (std::uint64_t i = 0; i < count; ++i)
    hashes_.push_back(LOGQ_TRY(hash_of(objects_.item(entry, i))));
  return fits_xor_hash(load(entry.object->xor_hash), hashes_);
}

Result<std::uint64_t> XorCheck::hash_of(FileOffset offset) {
  constexpr std::size_t kCheap = 256;
  const DataView data = LOGQ_TRY(objects_.data(offset));
  const bool costly = data.compression != 0 || data.stored.size() > kCheap;
  if (!costly) return base::jenkins_hash64(data.stored);
  const auto known = costly_.find(offset);
  if (known != costly_.end()) return known->second;
  std::string_view payload = data.stored;
  if (data.compression != 0) {
    LOGQ_TRY(decompressor_.decompress(data.compression, data.stored, payload_));
    payload = payload_;
  }
  return costly_.emplace(offset, base::jenkins_hash64(payload)).first->second;
}

}  // namespace

Result<void> verify_xor_hashes(Verification& verification) {
  if (verification.xor_of_entries == verification.xor_of_data) return {};
  return XorCheck(verification).run();
}

}  // namespace logq::journal
