// How a journal file begins, is continued, and ends.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <tuple>

#include "base/access_list.h"
#include "base/ids.h"
#include "base/io.h"
#include "base/try.h"
#include "journal/archive_name.h"
#include "journal/continuation.h"
#include "journal/file_header.h"
#include "journal/file_names.h"
#include "journal/file_writer_impl.h"
#include "journal/live_field.h"
#include "journal/own_profile.h"
#include "journal/zero_blocks.h"

namespace logq::journal {
namespace {

constexpr std::uint64_t kFieldBuckets = 1023;  // as journald since 258
constexpr std::uint64_t kDataBucketsMin = 2047;
// journald has a bucket per 576 bytes and fills three quarters of them before it rotates. Half as
// many serve us: the value filter answers for most new values without a walk.
constexpr std::uint64_t kBytesPerDataBucket = 1152;

// Of the objects of a prepared file so much has its pages when the first entry comes.
constexpr std::uint64_t kFirstStretch = std::uint64_t{1} << 20;

void copy_id(std::uint8_t (&to)[16], const Id128& from) {
  std::memcpy(to, from.bytes.data(), sizeof to);
}

std::uint64_t table_bytes(std::uint64_t buckets) {
  return sizeof(ObjectHeader) + buckets * sizeof(HashItem);
}

std::uint64_t file_size_limit(const WriterOptions& options) {
  return std::clamp(options.max_size_bytes, kFileSizeMin, kFileSizeMax);
}

std::uint32_t incompatible_flags(const WriterOptions& options) {
  return (options.compact ? kIncompatibleCompact : 0) |
         (options.keyed_hash ? kIncompatibleKeyedHash : 0) |
         (options.compress ? header_flag(options.compression) : 0);
}

// A file that is continued keeps to what its header announces.
CompressionPolicy compression_policy(const Header& header, const WriterOptions& options) {
  CompressionPolicy policy{options.compress, options.compress_threshold_bytes, options.compression};
  if ((header.incompatible_flags & header_flag(policy.algorithm)) != 0) return policy;
  for (const Compression other : kCompressions) {
    if ((header.incompatible_flags & header_flag(other)) == 0) continue;
    policy.algorithm = other;
    return policy;
  }
  policy.enabled = false;
  return policy;
}

void write_header(Header& header, const WriterOptions& options, std::uint64_t file_size) {
  const Id128 file_id = options.file_id.is_null() ? Id128::random() : options.file_id;
  const SequencePosition& sequence = options.sequence;
  header.compatible_flags = 0;
  header.incompatible_flags = incompatible_flags(options);
  header.state = FileState::kOnline;
  copy_id(header.file_id, file_id);
  copy_id(header.machine_id, options.machine_id);
  copy_id(header.seqnum_id, sequence.seqnum_id.is_null() ? file_id : sequence.seqnum_id);
  header.header_size = sizeof(Header);
  header.arena_size = file_size - sizeof(Header);
  header.tail_entry_seqnum = sequence.seqnum_id.is_null() ? 0 : sequence.tail_seqnum;
  // Of no entry yet: says to a recovery whether the machine has been down since.
  copy_id(header.tail_entry_boot_id, base::boot_id());
}

TableSizes table_sizes(const WriterOptions& options, std::uint64_t max_size) {
  const TableSizes& wanted = options.tables;
  const std::uint64_t most = std::max(kDataBucketsMin, max_size / kBytesPerDataBucket);
  return {wanted.data_buckets == 0 ? most : std::clamp(wanted.data_buckets, kDataBucketsMin, most),
          std::clamp(wanted.field_buckets, kFieldBuckets, most)};
}

// Header and hash tables of an empty file. The file is new, so what is not stored is zero.
Result<ObjectHeap> lay_out(Arena arena, const WriterOptions& options) {
  const TableSizes tables = table_sizes(options, arena.max_size());
  LOGQ_TRY(arena.grow_to(sizeof(Header) + table_bytes(tables.field_buckets) +
                         table_bytes(tables.data_buckets)));
  write_header(*arena.at<Header>(0), options, arena.size());
  ObjectHeap heap(std::move(arena), sizeof(Header));
  Header& header = heap.header();

  const std::uint64_t fields = heap.begin(table_bytes(tables.field_buckets));
  header.field_hash_table_offset = fields + sizeof(ObjectHeader);
  header.field_hash_table_size = tables.field_buckets * sizeof(HashItem);
  heap.commit(fields, ObjectType::kFieldHashTable);
  const std::uint64_t data = heap.begin(table_bytes(tables.data_buckets));
  header.data_hash_table_offset = data + sizeof(ObjectHeader);
  header.data_hash_table_size = tables.data_buckets * sizeof(HashItem);
  heap.commit(data, ObjectType::kDataHashTable);
  // Last: whoever opens the file before this takes it for one that is not written yet.
  store_release(*heap.at<Le64>(offsetof(Header, signature)), signature_word());
  return heap;
}

std::uint64_t end_of_tables(const Header& header) {
  return align8(std::max(header.data_hash_table_offset + header.data_hash_table_size,
                         header.field_hash_table_offset + header.field_hash_table_size));
}

// Where the objects of a cleanly closed file end.
Result<std::uint64_t> find_tail(const Arena& arena) {
  const std::uint64_t offset = arena.at<Header>(0)->tail_object_offset;
  if (arena.size() - offset < sizeof(ObjectHeader)) {
    return fail(Error::corrupt(offset, "tail object lies beyond the file"));
  }
  const auto* object = arena.at<ObjectHeader>(offset);
  const std::uint64_t size = object->size;
  if (object->type == ObjectType::kUnused || object->type > ObjectType::kTag ||
      size < sizeof(ObjectHeader) || size > arena.size() - offset ||
      align8(offset + size) > arena.size()) {
    return fail(Error::corrupt(offset, "bad tail object"));
  }
  return align8(offset + size);
}

Result<void> check_continuable(const Header& header, const WriterOptions& options) {
  if (header.state == FileState::kOnline) {
    return fail(Error::make(Errc::kBusy, "journal file was not closed cleanly"));
  }
  if (header.state == FileState::kArchived) {
    return fail(Error::make(Errc::kUnsupported, "journal file is archived"));
  }
  if (!options.machine_id.is_null() && read_id(header.machine_id) != options.machine_id) {
    return fail(Error::make(Errc::kUnsupported, "journal file of another machine"));
  }
  if (header.n_entries > header.n_objects || header.n_objects > header.arena_size / 16) {
    return fail(Error::corrupt(offsetof(Header, n_objects), "impossible object counts"));
  }
  return {};
}

struct OpenedFile {
  base::UniqueFd fd;
  std::uint64_t size = 0;
};

Result<OpenedFile> open_existing(const std::string& path) {
  auto fd = LOGQ_TRY(base::open_file(path, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY));
  struct stat status {};
  if (::fstat(fd.get(), &status) < 0) return fail(Error::system(errno, "stat journal file"));
  if (!S_ISREG(status.st_mode)) {
    return fail(Error::make(Errc::kUnsupported, "journal file is no regular file"));
  }
  const auto size = static_cast<std::uint64_t>(status.st_size);
  if (size < sizeof(Header)) return fail(Error::corrupt(size, "file ends in its header"));
  if (size > kFileSizeMax) return fail(Error::make(Errc::kUnsupported, "journal file too large"));
  return OpenedFile{std::move(fd), size};
}

// What lies beyond the last object becomes zero again, whatever it was: new objects rely on it. The
// header is durable before the file shrinks, so it never claims more than there is.
Result<void> clear_beyond(ObjectHeap& heap) {
  const std::uint64_t end = heap.tail();
  store_release(heap.header().arena_size, end - sizeof(Header));
  LOGQ_TRY(heap.arena().sync());
  return heap.arena().shrink_to(end);
}

}  // namespace

FileWriter::Impl::Impl(std::string path,
                       const WriterOptions& options,
                       ObjectHeap heap,
                       ChainTail global)
    : path_(std::move(path)),
      heap_(std::move(heap)),
      values_(heap_, compression_policy(heap_.header(), options)),
      global_(global),
      seqnum_id_(read_id(heap_.header().seqnum_id)),
      tail_boot_id_(read_id(heap_.header().tail_entry_boot_id)),
      first_tail_(end_of_tables(heap_.header())) {}

// The file is made under another name and renamed when it is whole: whoever finds it under its own
// name, even after a crash right here, finds a readable journal file.
Result<std::unique_ptr<FileWriter::Impl>> FileWriter::Impl::create(const std::string& path,
                                                                   const WriterOptions& options) {
  if (::access(path.c_str(), F_OK) == 0) return fail(Error::system(EEXIST, "create journal file"));
  const std::string temporary = path + ".new";
  ::unlink(temporary.c_str());
  auto made = prepare(temporary, options);
  if (!made) return made;
  const auto named = (*made)->take_name(path, options.sequence.tail_seqnum).and_then([&] {
    return base::sync_parent_directory(path);
  });
  if (named) return made;
  ::unlink((*made)->path().c_str());
  return fail(named.error());
}

Result<std::unique_ptr<FileWriter::Impl>> FileWriter::Impl::prepare(const std::string& path,
                                                                    const WriterOptions& options) {
  constexpr int kFlags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW;
  auto fd = LOGQ_TRY(base::open_file(path, kFlags, options.mode));
  // A journal that its user cannot read is better than none.
  if (options.reader) std::ignore = base::grant_read(fd.get(), *options.reader);
  auto made = [&]() -> Result<std::unique_ptr<Impl>> {
    auto arena = LOGQ_TRY(Arena::map(std::move(fd), 0, file_size_limit(options)));
    auto heap = LOGQ_TRY(lay_out(std::move(arena), options));
    auto impl = std::make_unique<Impl>(path, options, std::move(heap), ChainTail{});
    LOGQ_TRY(impl->sync());
    // After the sync, which makes each page fault once more.
    Arena& pages = impl->heap_.arena();
    pages.populate_to(std::min(pages.size(), impl->first_tail_ + kFirstStretch));
    return impl;
  }();
  if (!made) ::unlink(path.c_str());
  return made;
}

Result<void> FileWriter::Impl::take_name(const std::string& path, std::uint64_t tail_seqnum) {
  const bool continues = seqnum_id_ != read_id(header().file_id);
  if (continues) store_release(heap_.header().tail_entry_seqnum, tail_seqnum);
  LOGQ_TRY(rename_without_replacing(path_, path));
  path_ = path;
  return {};
}

Result<std::unique_ptr<FileWriter::Impl>> FileWriter::Impl::reopen(const std::string& path,
                                                                   const WriterOptions& options) {
  auto file = LOGQ_TRY(open_existing(path));
  const std::uint64_t size = file.size;
  auto arena = LOGQ_TRY(Arena::map(std::move(file.fd), size, file_size_limit(options)));
  const Header& header = *arena.at<Header>(0);
  const auto own = check_own_header(header, size);
  if (!own) {
    return fail(own.error().code == Errc::kUnsupported
                    ? own.error()
                    : Error{Errc::kCorrupt, 0, own.error().offset, own.error().what});
  }
  LOGQ_TRY(check_continuable(header, options));
  const std::uint64_t tail = LOGQ_TRY(find_tail(arena));
  ObjectHeap heap(std::move(arena), tail);
  if (end_of_tables(heap.header()) > tail) {
    return fail(Error::corrupt(tail, "hash tables lie beyond the last object"));
  }
  const ChainTail global = LOGQ_TRY(check_continuation(heap));
  LOGQ_TRY(clear_beyond(heap));
  auto impl = std::make_unique<Impl>(path, options, std::move(heap), global);
  LOGQ_TRY(impl->set_state(FileState::kOnline));
  return impl;
}

// What the machine's page cache still has is what the killed writer left, and it had appended the
// last entry: only the steps of finish_archive() are missing, and each can be repeated.
Result<std::unique_ptr<FileWriter::Impl>> FileWriter::Impl::reopen_retired(
    const std::string& path, const WriterOptions& options) {
  auto file = LOGQ_TRY(open_existing(path));
  const std::uint64_t size = file.size;
  auto arena = LOGQ_TRY(Arena::map(std::move(file.fd), size, size));
  const Header& header = *arena.at<Header>(0);
  LOGQ_TRY(check_own_header(header, size));
  if (header.state != FileState::kOnline || header.n_entries == 0 ||
      read_id(header.tail_entry_boot_id) != base::boot_id()) {
    return fail(Error::make(Errc::kUnsupported, "no archive of this boot"));
  }
  const std::uint64_t tail = LOGQ_TRY(find_tail(arena));
  ObjectHeap heap(std::move(arena), tail);
  if (end_of_tables(heap.header()) > tail) {
    return fail(Error::corrupt(tail, "hash tables lie beyond the last object"));
  }
  const ChainTail global = LOGQ_TRY(check_continuation(heap));
  auto impl = std::make_unique<Impl>(path, options, std::move(heap), global);
  impl->closed_ = true;
  return impl;
}

// The state is made durable after everything it vouches for.
Result<void> FileWriter::Impl::set_state(FileState state) {
  if (state != FileState::kOnline) LOGQ_TRY(sync());
  store_release(heap_.header().state, state);
  return sync();
}

void FileWriter::Impl::wake_followers() {
  // A failure costs nobody anything but time: followers look again at the next one.
  std::ignore = ::pwrite(heap_.arena().fd(), kSignature, 1, 0);
}

Result<void> FileWriter::Impl::close() {
  if (closed_) return {};
  LOGQ_TRY(check_whole());
  heap_.arena().let_go();
  LOGQ_TRY(set_state(FileState::kOffline));
  closed_ = true;
  return {};
}

// The contents of an archive: what is over-allocated is given back, and the state is durable after
// everything it vouches for.
Result<void> FileWriter::Impl::seal() {
  LOGQ_TRY(check_whole());
  heap_.arena().let_go();
  punch_zero_blocks(heap_.arena(), heap_.tail());
  LOGQ_TRY(clear_beyond(heap_));
  store_release(heap_.header().state, FileState::kArchived);
  return sync();
}

Result<void> FileWriter::Impl::take_archive_name() {
  const Header& file = header();
  const JournalPath where = JournalPath::split(path_);
  const ArchiveName name{where.base, seqnum_id_, file.head_entry_seqnum, file.head_entry_realtime};
  const std::string target = where.directory + name.to_string();
  const auto renamed = rename_without_replacing(path_, target);
  if (renamed) {
    path_ = target;
    return {};
  }
  if (renamed.error().sys_errno != EEXIST) return renamed;
  // Another file claims to be this one: keep both.
  path_ = LOGQ_TRY(set_aside(path_));
  return {};
}

Result<std::string> FileWriter::Impl::archive() {
  if (closed_) return fail(Error::make(Errc::kClosed, "journal file is closed"));
  LOGQ_TRY(check_whole());  // nor is what the header says to be believed otherwise
  if (header().n_entries == 0) {
    closed_ = true;
    if (::unlink(path_.c_str()) < 0) return fail(Error::system(errno, "unlink empty journal file"));
    LOGQ_TRY(base::sync_parent_directory(path_));
    return std::string();
  }
  LOGQ_TRY(seal());
  closed_ = true;
  LOGQ_TRY(take_archive_name());
  LOGQ_TRY(base::sync_parent_directory(path_));
  return path_;
}

Result<std::string> FileWriter::Impl::retire() {
  if (closed_) return fail(Error::make(Errc::kClosed, "journal file is closed"));
  LOGQ_TRY(check_whole());
  LOGQ_TRY(take_archive_name());
  closed_ = true;
  return path_;
}

Result<void> FileWriter::Impl::finish_archive() {
  LOGQ_TRY(seal());
  return base::sync_parent_directory(path_);
}

FileWriter::Statistics FileWriter::Impl::statistics() const {
  return {heap_.tail(), heap_.arena().max_size(), header().n_data, header().n_fields};
}

}  // namespace logq::journal
