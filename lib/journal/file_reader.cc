#include "journal/file_reader.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <utility>

#include "base/try.h"
#include "journal/compression.h"
#include "journal/entry_limits.h"
#include "journal/hash_lookup.h"
#include "journal/payload_reader.h"

namespace logq::journal {
namespace {

// Places of damage that one file may report.
constexpr std::size_t kMaxReports = 64;

std::uint64_t next_serial() {
  static std::atomic<std::uint64_t> last{0};
  return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

std::uint64_t announced_size(const Header& header) {
  return load(header.header_size) + load(header.arena_size);
}

}  // namespace

struct FileReader::Impl {
  Impl(std::string path_in, FileMapping mapping_in, DamageCallback on_damage_in)
      : path(std::move(path_in)),
        mapping(std::move(mapping_in)),
        on_damage(std::move(on_damage_in)) {}

  Result<bool> open_archived();
  Result<void> open_live();
  void look_at_file();
  void report(const Error& error);
  void report_if_short(std::uint64_t announced);
  bool visit_values(FileOffset field,
                    std::string_view prefix,
                    const std::function<bool(FileOffset data, std::string_view payload)>& visit);

  std::string path;
  FileMapping mapping;
  DamageCallback on_damage;
  OpenFile file;
  FileInfo info;
  std::optional<FilePeek> peek;  // of archived files
  std::unique_ptr<HashLookup> lookup;
  PayloadReader payloads{[this](const Error& error) { file.report(error); }};
  Decompressor decompressor;  // of the lists of values
  std::string value_buffer;
  std::vector<FileOffset> reported;
};

// Takes over the size of the file and what its header says now.
void FileReader::Impl::look_at_file() {
  const bool compact = (info.incompatible_flags & kIncompatibleCompact) != 0;
  file.objects = ObjectReader(mapping.bytes(), mapping.size(), compact);
  file.n_entries = info.n_entries;
  file.live = info.state == FileState::kOnline;
  ++file.generation;
}

void FileReader::Impl::report(const Error& error) {
  if (!on_damage || reported.size() >= kMaxReports) return;
  if (std::find(reported.begin(), reported.end(), error.offset) != reported.end()) return;
  reported.push_back(error.offset);
  on_damage(path, error);
}

// What the header says, of a file that may be written to. A writer may have appended since the file
// was measured; what is counted must lie inside, so the header is read first.
Result<void> FileReader::Impl::open_live() {
  const ObjectReader bytes(mapping.bytes(), mapping.size(), false);
  LOGQ_TRY(check_header(bytes));
  const Header* header = LOGQ_TRY(bytes.at<Header>(0));
  info = read_file_info(*header);
  const std::uint64_t announced = announced_size(*header);
  if (info.state != FileState::kArchived) LOGQ_TRY(mapping.expect(FileMapping::Growth::kGrowing));
  LOGQ_TRY(mapping.refresh());
  if (info.state == FileState::kArchived) mapping.close_spare_descriptor();
  look_at_file();
  report_if_short(announced);
  return {};
}

// The same of a file that is archived, without touching its pages. False when it is not.
Result<bool> FileReader::Impl::open_archived() {
  alignas(Header) std::array<std::byte, sizeof(Header)> bytes{};
  if (!mapping.read_at(0, bytes)) return false;
  const Header& header = *reinterpret_cast<const Header*>(bytes.data());
  if (header.state != FileState::kArchived) return false;
  // Only the header is looked at, which is all there.
  LOGQ_TRY(check_header(ObjectReader(bytes.data(), mapping.size(), false)));
  info = read_file_info(header);
  // It was measured before the header was read, and may have grown and been archived in between.
  LOGQ_TRY(mapping.refresh());
  mapping.close_spare_descriptor();
  look_at_file();
  peek.emplace(mapping.descriptor(), header_snapshot(header));
  report_if_short(announced_size(header));
  return true;
}

// A writer that archives announces less and then cuts the file, maybe between two looks at it.
void FileReader::Impl::report_if_short(std::uint64_t announced) {
  const Header* now = announced > mapping.size() ? file.header() : nullptr;
  if (now == nullptr || announced_size(*now) <= mapping.size()) return;
  report(Error::truncated(mapping.size(), "file is shorter than its header says"));
}

Result<std::unique_ptr<FileReader>> FileReader::open(const std::string& path,
                                                     DamageCallback on_damage) {
  auto impl = std::make_unique<Impl>(path, LOGQ_TRY(FileMapping::open(path)), std::move(on_damage));
  impl->file.serial = next_serial();
  impl->file.on_damage = [self = impl.get()](const Error& error) { self->report(error); };
  const bool is_archived = LOGQ_TRY(impl->open_archived());
  if (!is_archived) LOGQ_TRY(impl->open_live());
  impl->lookup = std::make_unique<HashLookup>(
      impl->file, (impl->info.incompatible_flags & kIncompatibleKeyedHash) != 0,
      impl->info.file_id.bytes);
  return std::unique_ptr<FileReader>(new FileReader(std::move(impl)));
}

FileReader::FileReader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
FileReader::~FileReader() = default;

const std::string& FileReader::path() const {
  return impl_->path;
}

const FileInfo& FileReader::info() const {
  return impl_->info;
}

FileIdentity FileReader::identity() const {
  return impl_->mapping.identity();
}

std::uint64_t FileReader::size() const {
  return impl_->mapping.size();
}

void FileReader::set_path(const std::string& path) {
  impl_->path = path;
}

void FileReader::report(const Error& error) {
  impl_->file.report(error);
}

Result<bool> FileReader::refresh() {
  // Not even looked at: without a descriptor nothing would tell that it has been cut off.
  if (impl_->info.state == FileState::kArchived) return false;
  const Header* header = impl_->file.header();
  if (header == nullptr) return fail(Error::truncated(0, "file has lost its header"));
  const std::uint64_t before = impl_->info.n_entries;
  const FileState state_before = impl_->info.state;
  if (load(header->n_entries) == before && load(header->state) == state_before) return false;
  // The header first, the size afterwards: what is counted then lies inside. The flags that say how
  // to read the file stay those of open().
  FileInfo info = read_file_info(*header);
  info.file_id = impl_->info.file_id;
  info.seqnum_id = impl_->info.seqnum_id;
  info.incompatible_flags = impl_->info.incompatible_flags;
  if (info.state > FileState::kArchived) info.state = state_before;
  LOGQ_TRY(impl_->mapping.refresh());
  impl_->info = info;
  impl_->look_at_file();
  return info.n_entries > before;
}

std::optional<FileOffset> FileReader::entry_at(FileEnd end) const {
  const Header* header = impl_->file.header();
  if (header == nullptr) return std::nullopt;
  const std::uint64_t header_size = load(header->header_size);
  const auto has = [header_size](std::size_t offset, std::size_t size) {
    return header_size >= offset + size;
  };
  FileOffset array = load(header->entry_array_offset);
  std::uint64_t index = 0;
  if (end == FileEnd::kLast) {
    if (has(offsetof(Header, tail_entry_offset), sizeof(Header::tail_entry_offset))) {
      return load(header->tail_entry_offset);
    }
    if (!has(offsetof(Header, tail_entry_array_offset), 2 * sizeof(Le32))) return std::nullopt;
    array = load(header->tail_entry_array_offset);
    index = std::uint64_t{load(header->tail_entry_array_n_entries)} - 1;
  }
  const auto slots = impl_->file.objects.object<EntryArrayObject>(array);
  if (!slots || index >= impl_->file.objects.slots_of(slots->size)) return std::nullopt;
  return impl_->file.objects.slot(array, index);
}

std::optional<EntryInfo> FileReader::peek_entry(FileEnd end) const {
  return impl_->peek ? impl_->peek->entry_at(end) : std::nullopt;
}

bool FileReader::may_hold(std::string_view payload) const {
  return !impl_->peek || impl_->peek->may_hold(payload);
}

EntryList FileReader::all_entries() {
  return EntryList(impl_->file);
}

EntryList FileReader::entries_with(std::string_view payload) {
  return entries_of(find_data(payload));
}

FileOffset FileReader::find_data(std::string_view payload) {
  return impl_->lookup->find_data(payload);
}

EntryList FileReader::entries_of(FileOffset data) const {
  return data == 0 ? EntryList() : EntryList(impl_->file, data);
}

Result<EntryInfo> FileReader::read_entry(FileOffset entry) {
  return impl_->file.objects.entry(entry);
}

Result<void> FileReader::read_items(FileOffset entry, std::vector<FileOffset>& data_offsets) {
  data_offsets.clear();
  const auto found = LOGQ_TRY(impl_->file.objects.object<EntryObject>(entry));
  const std::uint64_t items = impl_->file.objects.items_of(found);
  if (items > kMaxItems) return fail(Error::corrupt(entry, "entry has too many fields"));
  data_offsets.reserve(items);
  for (std::uint64_t i = 0; i < items; ++i) {
    data_offsets.push_back(impl_->file.objects.item(found, i));
  }
  return {};
}

Result<std::string_view> FileReader::read_data(FileOffset data, std::size_t slot) {
  return impl_->payloads.read(impl_->file, data, slot);
}

// Items in stored order. A damaged item is reported and passed, a damaged entry has none.
std::span<const std::string_view> FileReader::read_payloads(
    FileOffset entry, std::vector<std::string_view>& payloads) {
  const std::uint64_t items = impl_->payloads.begin(impl_->file, entry);
  if (payloads.size() < items) payloads.resize(items);
  std::string_view* filled = payloads.data();
  for (std::uint64_t i = 0; i < items; ++i) {
    if (impl_->payloads.payload_of(i, *filled)) ++filled;
  }
  return {payloads.data(), filled};
}

void FileReader::for_each_payload(FileOffset entry,
                                  const std::function<bool(std::string_view payload)>& visit) {
  const std::uint64_t items = impl_->payloads.begin(impl_->file, entry);
  std::string_view payload;
  for (std::uint64_t i = 0; i < items; ++i) {
    if (impl_->payloads.payload_of(i, payload) && !visit(payload)) return;
  }
}

const OpenFile& FileReader::opened() const {
  return impl_->file;
}

void FileReader::for_each_field(const std::function<bool(std::string_view name)>& visit) {
  impl_->lookup->for_each_field(
      [&visit](FileOffset /*field*/, std::string_view name) { return visit(name); });
}

bool FileReader::for_each_value(std::string_view field,
                                const std::function<bool(std::string_view payload)>& visit) {
  return for_each_stored_value(
      field, [&visit](FileOffset /*data*/, std::string_view payload) { return visit(payload); });
}

bool FileReader::for_each_stored_value(
    std::string_view field,
    const std::function<bool(FileOffset data, std::string_view payload)>& visit) {
  const std::optional<FileOffset> found = impl_->lookup->find_field(field);
  if (!found || *found == 0) return found.has_value();
  std::string prefix(field);
  prefix += '=';
  return impl_->visit_values(*found, prefix, visit);
}

// New DATA objects are put in front of the list, so offsets fall: that bounds the walk.
bool FileReader::Impl::visit_values(
    FileOffset field,
    std::string_view prefix,
    const std::function<bool(FileOffset data, std::string_view payload)>& visit) {
  const auto give_up = [this](const Error& error) {
    file.report(error);
    return false;
  };
  const auto head = file.objects.field(field);
  if (!head) return give_up(head.error());
  bool complete = true;
  FileOffset offset = load(head->object->head_data_offset);
  while (offset != 0) {
    const auto data = file.objects.data(offset);
    if (!data) return give_up(data.error());
    std::string_view payload = data->stored;
    bool readable = true;
    if (data->compression != 0) {
      const auto done = decompressor.decompress(data->compression, data->stored, value_buffer);
      if (!done) file.report({done.error().code, 0, offset, done.error().what});
      readable = done.has_value();
      complete &= readable;
      payload = value_buffer;
    }
    if (readable && !payload.starts_with(prefix)) {
      complete = false;
      file.report(Error::corrupt(offset, "DATA object is in the list of another field"));
    } else if (readable && !visit(offset, payload)) {
      return complete;
    }
    const FileOffset next = load(data->object->next_field_offset);
    if (next >= offset) return give_up(Error::corrupt(offset, "field list runs in a circle"));
    offset = next;
  }
  return complete;
}

}  // namespace logq::journal
