#include "client/parcel.h"

#include <algorithm>
#include <new>
#include <utility>

#include "client/entry_encoder.h"

namespace logq::client {
namespace {

constexpr std::size_t kSpareParcels = 80;
constexpr std::size_t kKeptBytes = 2 * Parcels::kFullBytes;

constexpr std::string_view kTimeName = "SOURCE_REALTIME_TIMESTAMP=";
constexpr std::size_t kTimeBytes = kTimeName.size() + 20 + 1;

}  // namespace

bool Parcel::add(const Entry& entry, std::uint64_t realtime_usec) {
  const std::size_t before = bytes_.size();
  items_.emplace_back();
  try {
    items_.size() == 1 ? bytes_.resize(sizeof(wire::BatchHeader)) : bytes_.push_back('\n');
    const std::size_t offset = bytes_.size();
    if (append_native_entry(entry, bytes_)) {
      items_.back() = {offset, bytes_.size() - offset, realtime_usec, entry.realtime_usec != 0};
      if (entry.realtime_usec == 0) ++without_time_;
      return true;
    }
  } catch (const std::bad_alloc&) {
    remove_last(before);
    throw;
  }
  remove_last(before);
  return false;
}

void Parcel::remove_last(std::size_t bytes_before) {
  items_.pop_back();
  bytes_.resize(bytes_before);
}

void Parcel::add_times_if_late(std::uint64_t now_usec) {
  if (without_time_ == 0) return;
  const auto is_late = [now_usec](const Item& item) {
    return !item.has_time && item.realtime_usec + kTimeMattersUsec < now_usec;
  };
  if (std::none_of(items_.begin(), items_.end(), is_late)) return;
  std::string bytes;
  bytes.reserve(most_bytes());
  bytes.resize(sizeof(wire::BatchHeader));
  for (Item& item : items_) {
    if (bytes.size() > sizeof(wire::BatchHeader)) bytes += '\n';
    const std::size_t offset = bytes.size();
    bytes.append(bytes_, item.offset, item.bytes);
    if (!item.has_time) {
      bytes += kTimeName;
      Value(item.realtime_usec).append_to(bytes);
      bytes += '\n';
      item.has_time = true;
    }
    item.offset = offset;
    item.bytes = bytes.size() - offset;
  }
  bytes_ = std::move(bytes);
  without_time_ = 0;
}

void Parcel::clear() {
  if (bytes_.capacity() > kKeptBytes) std::string().swap(bytes_);
  bytes_.clear();
  items_.clear();
  without_time_ = 0;
  batch_number = 0;
  is_report = false;
  sent = 0;
}

std::string_view Parcel::entry(std::size_t index) const {
  return std::string_view(bytes_).substr(items_[index].offset, items_[index].bytes);
}

std::string_view Parcel::as_batch(const Id128& client_id, std::uint64_t number) {
  wire::Batch batch;
  batch.client_id = client_id;
  batch.number = number;
  batch.count = static_cast<std::uint32_t>(size());
  wire::encode_batch_header(batch).copy(bytes_.data(), sizeof(wire::BatchHeader));
  return bytes_;
}

std::size_t Parcel::most_bytes() const {
  return bytes_.size() + without_time_ * kTimeBytes;
}

Parcels::Parcels() {
  spare_.reserve(kSpareParcels);  // so that pop_front() needs no memory
}

bool Parcels::add(const Entry& entry, std::uint64_t realtime_usec) {
  const bool is_new = parcels_.empty() || parcels_.back().batch_number != 0 ||
                      parcels_.back().sent != 0 || parcels_.back().is_report ||
                      parcels_.back().most_bytes() >= kFullBytes ||
                      parcels_.back().size() >= kFullEntries;
  if (is_new) {
    if (spare_.empty()) spare_.emplace_back();
    parcels_.push_back(std::move(spare_.back()));
    spare_.pop_back();
  }
  Parcel& last = parcels_.back();
  const std::size_t before = last.bytes();
  try {
    if (!last.add(entry, realtime_usec)) {
      if (last.empty()) drop_last();
      return false;
    }
  } catch (const std::bad_alloc&) {
    if (last.empty()) drop_last();
    throw;
  }
  bytes_ += last.bytes() - before;
  ++entries_;
  return true;
}

void Parcels::drop_last() {
  if (spare_.size() < kSpareParcels) spare_.push_back(std::move(parcels_.back()));
  parcels_.pop_back();
}

bool Parcels::add_report(const Entry& entry, std::uint64_t realtime_usec) {
  Parcel report;
  if (!report.add(entry, realtime_usec)) return false;
  report.is_report = true;
  const std::size_t bytes = report.bytes();
  parcels_.push_back(std::move(report));
  bytes_ += bytes;
  return true;
}

void Parcels::add_times_if_late(Parcel& parcel, std::uint64_t now_usec) {
  const std::size_t before = parcel.bytes();
  parcel.add_times_if_late(now_usec);
  bytes_ += parcel.bytes() - before;
}

void Parcels::pop_front() {
  Parcel& first = parcels_.front();
  bytes_ -= first.bytes();
  if (!first.is_report) entries_ -= first.size() - first.sent;
  first.clear();
  if (spare_.size() < kSpareParcels) spare_.push_back(std::move(first));
  parcels_.pop_front();
}

}  // namespace logq::client
