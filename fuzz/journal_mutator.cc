// The mutator of the targets that read journal files. Blind changes mostly make files that are
// refused at once; half of the changes made here know what they change: links lead to other
// objects, objects change their kind and size or are repeated, and sums are made true again.
#include <algorithm>
#include <cstring>
#include <random>
#include <string>

#include "journal_image.h"
#include "require.h"

// libFuzzer's own mutator, and the hooks it looks for.
extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data,
                                               std::size_t size,
                                               std::size_t max_size,
                                               unsigned seed);
extern "C" std::size_t LLVMFuzzerCustomCrossOver(const std::uint8_t* data1,
                                                 std::size_t size1,
                                                 const std::uint8_t* data2,
                                                 std::size_t size2,
                                                 std::uint8_t* out,
                                                 std::size_t max_out_size,
                                                 unsigned seed);

namespace {

using namespace logq::fuzz;
using namespace logq::journal;

class Mutator {
 public:
  Mutator(std::string bytes, unsigned seed) : image_(std::move(bytes)), random_(seed) {
    objects_ = image_.objects();
  }

  std::string run() {
    const std::uint64_t changes = 1 + below(3);
    for (std::uint64_t i = 0; i < changes; ++i)
      change();
    // Most checks are only reached by files that get past the first ones.
    if (below(2) == 0) image_.rehash();
    if (below(4) == 0) image_.recount();
    if (below(8) != 0) mend_header();
    return image_.take();
  }

  // Puts an object of `donor` at the end.
  std::string graft(std::string donor) {
    JournalImage other(std::move(donor));
    const auto grafts = other.objects();
    if (!grafts.empty()) {
      const ImageObject& graft = grafts[below(grafts.size())];
      append(other.bytes().substr(graft.offset, graft.size));
    }
    return run();
  }

 private:
  std::uint64_t below(std::uint64_t limit) { return limit == 0 ? 0 : random_() % limit; }

  const ImageObject* any_object() {
    return objects_.empty() ? nullptr : &objects_[below(objects_.size())];
  }

  void change() {
    switch (below(8)) {
      case 0:
      case 1:
      case 2:
        return retarget();
      case 3:
        return alter_size();
      case 4:
        return alter_kind();
      case 5:
        return repeat_object();
      case 6:
        return alter_number();
      default:
        return alter_bytes();
    }
  }

  // A link leads elsewhere: mostly to another object, sometimes a little beside one.
  void retarget() {
    const auto links = image_.links();
    const ImageLink& link = links[below(links.size())];
    const ImageObject* target = any_object();
    std::uint64_t offset = target == nullptr ? 0 : target->offset;
    switch (below(8)) {
      case 0:
        offset = 0;
        break;
      case 1:
        offset += 8;
        break;
      case 2:
        offset = image_.bytes().size() - 8 * below(12);
        break;
      case 3:
        offset = UINT64_MAX - below(16);
        break;
      case 4:
        offset = image_.get(links[below(links.size())]);
        break;
      default:
        break;
    }
    image_.set(link, offset);
  }

  void alter_size() {
    const ImageObject* object = any_object();
    if (object == nullptr) return;
    const std::uint64_t sizes[] = {object->size + 1,
                                   object->size - 1,
                                   object->size + 8,
                                   object->size - 8,
                                   16,
                                   17,
                                   24,
                                   64,
                                   image_.bytes().size() - object->offset,
                                   image_.bytes().size() - object->offset + 1,
                                   std::uint64_t{1} << below(64),
                                   UINT64_MAX - below(32)};
    image_.set({object->offset + offsetof(ObjectHeader, size)}, sizes[below(std::size(sizes))]);
  }

  void alter_kind() {
    const ImageObject* object = any_object();
    if (object == nullptr) return;
    std::string bytes = image_.take();
    auto* header = static_cast<ObjectHeader*>(static_cast<void*>(bytes.data() + object->offset));
    if (below(2) == 0) {
      header->type = static_cast<ObjectType>(below(9));
    } else {
      header->flags = static_cast<std::uint8_t>(below(16));
    }
    reopen(std::move(bytes));
  }

  void repeat_object() {
    const ImageObject* object = any_object();
    if (object != nullptr) append(image_.bytes().substr(object->offset, object->size));
  }

  // One of the numbers of the header, or of an object.
  void alter_number() {
    const ImageObject* object = below(2) == 0 ? any_object() : nullptr;
    const std::uint64_t begin = object == nullptr ? 0 : object->offset;
    const std::uint64_t size = object == nullptr ? sizeof(Header) : object->size;
    const ImageLink number{begin + below(size / 8) * 8};
    const std::uint64_t now = image_.get(number);
    const std::uint64_t values[] = {
        now + 1, now - 1, 0, 1, UINT64_MAX, now << 1, std::uint64_t{1} << below(64), random_()};
    image_.set(number, values[below(std::size(values))]);
  }

  // libFuzzer's own ideas for one object, of the same size as before.
  void alter_bytes() {
    const ImageObject* object = any_object();
    const std::uint64_t begin = object == nullptr ? 0 : object->offset;
    const std::uint64_t size = object == nullptr ? sizeof(Header) : object->size;
    std::string bytes = image_.take();
    LLVMFuzzerMutate(static_cast<std::uint8_t*>(static_cast<void*>(bytes.data() + begin)), size,
                     size);
    reopen(std::move(bytes));
  }

  void append(const std::string& object) {
    std::string bytes = image_.take();
    bytes.resize(align8(bytes.size()));
    bytes += object;
    bytes.resize(align8(bytes.size()));
    reopen(std::move(bytes));
  }

  // What every reader looks at first.
  void mend_header() {
    Header& header = image_.header();
    std::memcpy(header.signature, kSignature, sizeof kSignature);
    header.incompatible_flags = header.incompatible_flags & kIncompatibleAny;
    if (header.state > FileState::kArchived) header.state = static_cast<FileState>(below(3));
    if (below(4) != 0) header.header_size = sizeof(Header);
    if (below(4) != 0) header.compatible_flags = 0;
    if (below(2) == 0) header.arena_size = image_.bytes().size() - sizeof(Header);
  }

  void reopen(std::string bytes) {
    image_ = JournalImage(std::move(bytes));
    objects_ = image_.objects();
  }

  JournalImage image_;
  std::mt19937_64 random_;
  std::vector<ImageObject> objects_;
};

std::string as_text(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

std::size_t put(const std::string& bytes, std::uint8_t* out, std::size_t max_size) {
  const std::size_t size = std::min(bytes.size(), max_size);
  std::memcpy(out, bytes.data(), size);
  return size;
}

}  // namespace

std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data,
                                    std::size_t size,
                                    std::size_t max_size,
                                    unsigned seed) {
  if (seed % 4 == 0 || size < sizeof(Header)) return LLVMFuzzerMutate(data, size, max_size);
  return put(Mutator(as_text(data, size), seed).run(), data, max_size);
}

std::size_t LLVMFuzzerCustomCrossOver(const std::uint8_t* data1,
                                      std::size_t size1,
                                      const std::uint8_t* data2,
                                      std::size_t size2,
                                      std::uint8_t* out,
                                      std::size_t max_out_size,
                                      unsigned seed) {
  if (size1 == 0) return 0;
  return put(Mutator(as_text(data1, size1), seed).graft(as_text(data2, size2)), out, max_out_size);
}
