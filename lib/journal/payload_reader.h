// PayloadReader: the payloads of entries, of any files, unpacked where they are compressed.
//
// Reads the bytes of open FileReaders (FileReader::opened()), which must be there while their
// payloads are looked at. One PayloadReader serves one thread; several may read the same file at
// once, while nobody refreshes its FileReader.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "journal/compression.h"
#include "journal/entry_limits.h"
#include "journal/entry_list.h"

namespace logq::journal {

class PayloadReader {
 public:
  using Report = std::function<void(const Error&)>;

  // Damage is told to `report`, on the thread that reads.
  explicit PayloadReader(Report report) : report_(std::move(report)) {}

  // Begins with an entry and says how many items it has: none where it is damaged. Views of the
  // payloads of another entry may end here.
  std::uint64_t begin(const OpenFile& file, FileOffset entry);

  // REQUIRES of both: `index` is below what begin() said last.
  // Offset of the DATA object of an item.
  [[nodiscard]] FileOffset data_of(std::uint64_t index) const {
    return objects_.item(entry_, index);
  }
  // Its payload; false where it cannot be read, which is reported. The view is valid until begin()
  // is called for another entry.
  bool payload_of(std::uint64_t index, std::string_view& payload) {
    DataView data;
    const FileOffset offset = data_of(index);
    if (objects_.look_at_data(offset, data) && data.compression == 0) [[likely]] {
      payload = data.stored;
    } else if (!unpack_or_report(offset, index, payload)) {
      return false;
    }
    bytes_ += payload.size();
    return bytes_ <= kMaxEntryBytes || refuse_size();
  }

  // The payload of any DATA object of a file. Compressed ones lie in a buffer per slot, which other
  // slots and payload_of() share: the view is valid until the next call of one of them.
  [[nodiscard]] Result<std::string_view> read(const OpenFile& file,
                                              FileOffset data,
                                              std::size_t slot);

 private:
  // A buffer for a decompressed payload, and whose it is.
  struct Slot {
    FileOffset data = 0;
    std::string payload;
  };

  void switch_to(const OpenFile& file);
  void give_back_large_buffers();
  Result<std::string_view> unpack(FileOffset data, const DataView& view, std::size_t slot);
  bool unpack_or_report(FileOffset data, std::size_t slot, std::string_view& payload);
  bool refuse_size();

  Report report_;
  std::uint64_t serial_ = 0;  // of the file whose payloads the slots have
  ObjectReader objects_;      // a copy: the compiler can keep it in registers
  ObjectView<EntryObject> entry_;
  FileOffset entry_offset_ = 0;
  std::uint64_t bytes_ = 0;  // of the payloads of this entry, so far
  Decompressor decompressor_;
  std::vector<std::unique_ptr<Slot>> slots_;
  bool has_large_buffers_ = false;
};

}  // namespace logq::journal
