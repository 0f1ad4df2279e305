#include "journal/value_scan.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "base/quiet_thread.h"
#include "journal/compression.h"
#include "journal/settled_file.h"

namespace logq::journal {
namespace {

// Files with fewer entries are not worth a second thread.
constexpr std::uint64_t kEntriesPerThread = 4096;

// One value found in so many is found often.
constexpr std::uint64_t kFoundOften = 4;
constexpr std::uint64_t kLookedAtBeforeJudging = 1024;

// A stretch of the file from one object to another, and what was found there.
class Stretch {
 public:
  Stretch(const ObjectReader& objects, FileOffset begin, FileOffset end)
      : objects_(objects),
        offset_(begin),
        end_(end) {}

  void scan(std::string_view prefix, const ValueTest& test);

  [[nodiscard]] bool is_complete() const { return complete_; }
  [[nodiscard]] const std::vector<FileOffset>& found() const { return found_; }

 private:
  bool look_at(std::string_view prefix, const ValueTest& test);
  [[nodiscard]] bool is_found_often() const {
    return n_tested_ >= kLookedAtBeforeJudging && found_.size() > n_tested_ / kFoundOften;
  }

  ObjectReader objects_;
  FileOffset offset_;
  FileOffset end_;
  Decompressor decompressor_;
  std::string unpacked_;
  std::uint64_t n_tested_ = 0;
  std::vector<FileOffset> found_;
  bool complete_ = false;
};

// Sizes are not trusted: each step goes on by an object that lies inside the file.
void Stretch::scan(std::string_view prefix, const ValueTest& test) {
  while (offset_ < end_) {
    const auto* header = objects_.look_at<ObjectHeader>(offset_);
    if (header == nullptr) return;
    const std::uint64_t size = load(header->size);
    if (size < sizeof(ObjectHeader) || size > objects_.size() - offset_) return;
    if (header->type == ObjectType::kData && !look_at(prefix, test)) return;
    offset_ += (size + 7) / 8 * 8;
  }
  complete_ = offset_ == end_;
}

// False when it is to be given up.
bool Stretch::look_at(std::string_view prefix, const ValueTest& test) {
  DataView data;
  if (!objects_.look_at_data(offset_, data)) return false;
  std::string_view payload = data.stored;
  if (data.compression != 0) [[unlikely]] {
    if (!decompressor_.decompress(data.compression, data.stored, unpacked_, kMaxPayloadBytes)) {
      return false;
    }
    payload = unpacked_;
  }
  if (!payload.starts_with(prefix)) return true;
  ++n_tested_;
  if (!test(payload.substr(prefix.size()))) return true;
  found_.push_back(offset_);
  return !is_found_often();
}

// The places that entries make for `count` threads to begin at; the last one is behind the end.
// Empty when the file does not say where it ends.
std::vector<FileOffset> boundaries(FileReader& file, std::size_t count) {
  const Header* header = file.opened().header();
  if (header == nullptr) return {};
  const EntryList entries = file.all_entries();
  const ObjectReader& objects = file.opened().objects;
  const FileOffset last = load(header->tail_object_offset);
  const auto* last_object = objects.look_at<ObjectHeader>(last);
  if (last_object == nullptr) return {};
  const std::uint64_t last_size = load(last_object->size);
  if (last_size > objects.size() - last) return {};

  std::vector<FileOffset> places = {load(header->header_size)};
  for (std::size_t i = 1; i < count; ++i) {
    const auto entry = entries.at(entries.size() / count * i);
    if (entry && *entry > places.back() && *entry < last) places.push_back(*entry);
  }
  places.push_back(last + (last_size + 7) / 8 * 8);
  return places;
}

// All of them, with what the value says of itself agreeing; false when its list is damaged.
bool add_entries_of(const FileReader& file, FileOffset data, std::vector<FileOffset>& entries) {
  const auto found = file.opened().objects.object<DataObject>(data);
  if (!found) return false;
  const EntryList list = file.entries_of(data);
  if (list.size() != load(found->object->n_entries)) return false;
  for (std::uint64_t i = 0; i < list.size(); ++i) {
    const auto entry = list.at(i);
    if (!entry) return false;
    entries.push_back(*entry);
  }
  return true;
}

std::vector<Stretch> scan_all(FileReader& file,
                              const std::vector<FileOffset>& places,
                              std::string_view prefix,
                              std::span<const ValueTest> tests) {
  std::vector<Stretch> stretches;
  for (std::size_t i = 0; i + 1 < places.size(); ++i)
    stretches.emplace_back(file.opened().objects, places[i], places[i + 1]);
  std::vector<std::thread> threads;
  for (std::size_t i = 1; i < stretches.size(); ++i) {
    Stretch& stretch = stretches[i];
    std::thread thread = base::start_quiet_thread(
        [&stretch, prefix, &test = tests[i]] { stretch.scan(prefix, test); });
    if (thread.joinable()) {
      threads.push_back(std::move(thread));
    } else {
      stretch.scan(prefix, tests[i]);
    }
  }
  stretches[0].scan(prefix, tests[0]);
  for (std::thread& thread : threads)
    thread.join();
  return stretches;
}

}  // namespace

std::optional<std::vector<FileOffset>> scan_values(FileReader& file,
                                                   std::string_view field,
                                                   std::span<const ValueTest> tests) {
  if (tests.empty() || !is_settled(file)) return std::nullopt;
  const std::size_t threads =
      std::clamp<std::size_t>(file.info().n_entries / kEntriesPerThread, 1, tests.size());
  const std::vector<FileOffset> places = boundaries(file, threads);
  if (places.empty()) return std::nullopt;
  const std::string prefix = std::string(field) + "=";
  std::vector<FileOffset> entries;
  for (const Stretch& stretch : scan_all(file, places, prefix, tests)) {
    if (!stretch.is_complete()) return std::nullopt;
    for (const FileOffset data : stretch.found()) {
      if (!add_entries_of(file, data, entries)) return std::nullopt;
    }
  }
  if (!is_settled(file)) return std::nullopt;
  std::sort(entries.begin(), entries.end());
  entries.erase(std::unique(entries.begin(), entries.end()), entries.end());
  return entries;
}

}  // namespace logq::journal
