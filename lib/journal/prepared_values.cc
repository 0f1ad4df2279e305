#include "journal/prepared_values.h"

#include <algorithm>
#include <functional>

#include "base/jenkins.h"

namespace logq::journal {
namespace {

// What the compressor of an entry of a usual size has need of; that of a huge one is not kept.
constexpr std::size_t kKeepCompressorBytes = std::size_t{1} << 20;

bool lies_before(const PreparedValues::Value& value, const char* address) {
  return std::less<>()(value.payload.data(), address);
}

}  // namespace

void PreparedValues::prepare(std::span<const std::string_view> payloads,
                             const std::optional<FileKey>& key,
                             Compress compress) {
  clear();
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
  std::size_t room_used = 0;
  const bool keyed = key && key->keyed;
  const FileHash hash(keyed, keyed ? key->file_id.bytes : Id128{}.bytes);
  for (Value& value : values_) {
    value.jenkins_hash = base::jenkins_hash64(value.payload);
    if (key) value.own_hash = keyed ? hash(value.payload) : value.jenkins_hash;
    if (room_.size() > 0) value.zstd = this->compress(value.payload, room_used);
  }
  if (bytes > kKeepCompressorBytes) compressor_.reset();
}

std::string_view PreparedValues::compress(std::string_view payload, std::size_t& room_used) {
  if (!compressor_) compressor_.emplace();
  const std::span<std::byte> room = room_.bytes().subspan(room_used, payload.size() - 1);
  const auto size = compressor_->compress(Compression::kZstd, payload, room);
  if (!size) return {};
  room_used += *size;
  return {static_cast<const char*>(static_cast<const void*>(room.data())), *size};
}

void PreparedValues::clear() {
  key_.reset();
  taker_.reset();
  values_.clear();
  room_ = {};
}

const PreparedValues::Value* PreparedValues::find(std::string_view payload) const {
  const auto at = std::lower_bound(values_.begin(), values_.end(), payload.data(), lies_before);
  return at != values_.end() && at->payload.data() == payload.data() &&
                 at->payload.size() == payload.size()
             ? &*at
             : nullptr;
}

}  // namespace logq::journal
