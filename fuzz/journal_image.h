// JournalImage: the bytes of one journal file, taken apart and put together again. For what makes
// small files (seeds of the fuzz targets, files of the damage tests), changes them (the mutator) or
// wants to know what a byte of one belongs to.
//
// Believes nothing: objects are walked as far as their sizes make sense, and no link is followed.
// Not thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "journal/format.h"
#include "journal/layout.h"

namespace logq::fuzz {

// An object whose header lies in the file and whose size makes sense.
struct ImageObject {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
  journal::ObjectType type = journal::ObjectType::kUnused;
};

// The place of an offset: in the header, in an object, or a slot of a table.
struct ImageLink {
  std::uint64_t at = 0;
  unsigned bytes = 8;  // or 4
};

class JournalImage {
 public:
  // `bytes` may be anything; shorter ones than a header are filled up with zeros.
  explicit JournalImage(std::string bytes);

  [[nodiscard]] const std::string& bytes() const { return bytes_; }
  [[nodiscard]] std::string take() { return std::move(bytes_); }
  [[nodiscard]] journal::Header& header() { return *at<journal::Header>(0); }

  [[nodiscard]] std::vector<ImageObject> objects();
  [[nodiscard]] std::vector<ImageLink> links();
  [[nodiscard]] std::uint64_t get(const ImageLink& link);
  void set(const ImageLink& link, std::uint64_t offset);
  // The payload of a DATA object as it is stored, the name of a FIELD.
  [[nodiscard]] std::string_view payload(const ImageObject& object);

  // Makes the header true to the number and the end of the objects; what lies behind is cut off.
  void recount();
  // Makes all hashes true to what they are of: of values, names, and, with those, of entries.
  void rehash();
  // Replaces the hash tables at the beginning, in which there is much room, by ones of so many
  // buckets, and moves all objects up.
  // REQUIRES: a sound file of our writer, whose tables are its first two objects.
  void shrink_tables(std::uint64_t data_buckets, std::uint64_t field_buckets);

 private:
  template <typename T>
  T* at(std::uint64_t offset) {
    static_assert(alignof(T) == 1);
    return static_cast<T*>(static_cast<void*>(bytes_.data() + offset));
  }
  [[nodiscard]] journal::Layout layout() { return journal::Layout::of(header()); }
  void add_links_of(const ImageObject& object, std::vector<ImageLink>& links);
  void chain(const ImageObject& object);

  std::string bytes_;
};

}  // namespace logq::fuzz
