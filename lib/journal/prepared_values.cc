#include "journal/prepared_values.h"

#include <algorithm>
#include <functional>

#include "base/jenkins.h"
#include "journal/compression.h"

namespace logq::journal {
namespace {

bool lies_before(const PreparedValues::Value& value, const char* address) {
  return std::less<>()(value.payload.data(), address);
}

// At the front of `room`, which it takes away; empty where it is not smaller.
std::string_view compressed(Compressor& compressor,
                            std::string_view payload,
                            std::span<std::byte>& room) {
  const auto size =
      compressor.compress(Compression::kZstd, payload, room.first(payload.size() - 1));
  if (!size) return {};
  const std::span<std::byte> used = room.first(*size);
  room = room.subspan(*size);
  return {static_cast<const char*>(static_cast<const void*>(used.data())), used.size()};
}

}  // namespace

void PreparedValues::prepare(std::span<const std::string_view> payloads,
                             const std::optional<FileKey>& key,
                             Compress compress) {
  key_ = key;
  std::size_t bytes = 0;
  for (const std::string_view payload : payloads) {
    if (payload.size() < kBytesMin) continue;
    values_.push_back({payload, 0, 0, std::nullopt});
    bytes += payload.size();
  }
  std::ranges::sort(values_, [](const Value& a, const Value& b) {
    return std::less<>()(a.payload.data(), b.payload.data());
  });
  if (compress == Compress::kYes && bytes > 0) {
    if (auto room = base::MappedRegion::map_scratch(bytes)) room_ = std::move(*room);
  }
  Compressor compressor;
  std::span<std::byte> room = room_.bytes();
  const bool keyed = key && key->keyed;
  const FileHash hash(keyed, keyed ? key->file_id.bytes : Id128{}.bytes);
  for (Value& value : values_) {
    value.jenkins_hash = base::jenkins_hash64(value.payload);
    if (key) value.own_hash = keyed ? hash(value.payload) : value.jenkins_hash;
    if (!room_.bytes().empty()) value.zstd = compressed(compressor, value.payload, room);
  }
}

const PreparedValues::Value* PreparedValues::find(std::string_view payload) const {
  const auto at = std::lower_bound(values_.begin(), values_.end(), payload.data(), lies_before);
  return at != values_.end() && at->payload.data() == payload.data() &&
                 at->payload.size() == payload.size()
             ? &*at
             : nullptr;
}

}  // namespace logq::journal
