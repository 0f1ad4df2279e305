#include "wire/native_protocol.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "base/ascii.h"
#include "base/little_endian.h"
#include "wire/field_name.h"
#include "wire/loose_integer.h"

namespace logq::wire {
namespace {

static_assert(kNativeLengthSize == sizeof(base::Le64));

// Composed fields together may keep this much between datagrams, so that one huge entry does not
// stay in memory for good.
constexpr std::size_t kRetainedBytesMax = std::size_t{1} << 20;

// journald 252 looks at the count before it adds a field, so one more than the limit gets in.
constexpr std::size_t kFieldCountAccepted = kEntryFieldCountMax + 1;

constexpr std::string_view kPriority = "PRIORITY=";
constexpr std::string_view kMessage = "MESSAGE=";
constexpr std::string_view kObjectPid = "OBJECT_PID=";
constexpr std::string_view kSyslogFacility = "SYSLOG_FACILITY=";
constexpr std::string_view kSyslogIdentifier = "SYSLOG_IDENTIFIER=";

void peek_priority(std::string_view value, NativePeek& peek) {
  if (value.size() == 1 && base::is_digit(value[0])) peek.priority = (value[0] - '0') & 7;
}

void peek_facility(std::string_view value, NativePeek& peek) {
  if (value.empty() || value.size() > 2 || !std::ranges::all_of(value, base::is_digit)) return;
  int facility = 0;
  for (const char c : value)
    facility = facility * 10 + (c - '0');
  peek.facility = facility;
}

void peek_syslog_field(std::string_view payload, NativePeek& peek) {
  if (payload.starts_with(kSyslogFacility)) {
    peek_facility(payload.substr(kSyslogFacility.size()), peek);
  } else if (payload.starts_with(kSyslogIdentifier) && payload.size() > kSyslogIdentifier.size()) {
    peek.identifier = payload.substr(kSyslogIdentifier.size());
  }
}

void peek_object(std::string_view value, NativePeek& peek) {
  constexpr std::size_t kSizeMax = 11;  // journald's: a sign and ten digits
  if (value.size() > kSizeMax) return;
  const auto pid = parse_loose_integer(value);
  if (!pid.has_value() || *pid <= 0 || *pid > std::numeric_limits<std::int32_t>::max()) return;
  peek.object_pid = static_cast<std::int32_t>(*pid);
}

// One switch on the first byte keeps the fields nobody peeks at cheap.
void peek_field(std::string_view payload, NativePeek& peek) {
  switch (payload.front()) {
    case 'M':
      if (payload.starts_with(kMessage)) peek.message = payload.substr(kMessage.size());
      break;
    case 'P':
      if (payload.starts_with(kPriority)) peek_priority(payload.substr(kPriority.size()), peek);
      break;
    case 'S':
      peek_syslog_field(payload, peek);
      break;
    case 'O':
      if (payload.starts_with(kObjectPid)) peek_object(payload.substr(kObjectPid.size()), peek);
      break;
    default:
      break;
  }
}

// Sixteen bytes at a time. The compiler makes vector instructions of it, or plain ones where there
// are none.
using Block [[gnu::vector_size(16)]] = std::uint8_t;
using Lanes [[gnu::vector_size(16)]] = signed char;  // of a comparison: 0, or -1 where it holds

Block load_block(const char* at) {
  Block block;
  std::memcpy(&block, at, sizeof block);
  return block;
}

// In front of how many lanes it holds; 16 where it does everywhere.
std::size_t lanes_at_front(const Lanes& lanes) {
#if defined(__SSE2__)
  const auto bits = static_cast<unsigned>(_mm_movemask_epi8(std::bit_cast<__m128i>(lanes)));
  return static_cast<std::size_t>(std::countr_one(bits));
#else
  static_assert(std::endian::native == std::endian::little);
  const auto halves = std::bit_cast<std::array<std::uint64_t, 2>>(lanes);
  const auto first = static_cast<std::size_t>(std::countr_one(halves[0])) / 8;
  return first < 8 ? first : 8 + static_cast<std::size_t>(std::countr_one(halves[1])) / 8;
#endif
}

// Which bytes are among the `count` from `first` on.
Lanes among(const Block& block, char first, int count) {
  // Moved so that they begin with the smallest number: vector units compare signed ones.
  const auto moved = block + static_cast<std::uint8_t>(0x80 - first);
  return std::bit_cast<Lanes>(moved) < static_cast<signed char>(count - 0x80);
}

// How many bytes of a name a block begins with.
std::size_t name_bytes_in(const Block& block) {
  return lanes_at_front(among(block, 'A', 26) | among(block, '0', 10) | (block == '_'));
}

// Where the line ends, from `begin` on; npos where it does not. Most values are short.
std::size_t find_line_end(std::string_view bytes, std::size_t begin) {
  if (begin + sizeof(Block) <= bytes.size()) {
    const std::size_t before = lanes_at_front(load_block(bytes.data() + begin) != '\n');
    if (before < sizeof(Block)) return begin + before;
    begin += sizeof(Block);
  }
  return bytes.find('\n', begin);
}

// Length of the run of name bytes that `bytes` begins with. The scan stops one byte beyond the
// longest valid name: more of it is never needed.
std::size_t name_run(std::string_view bytes) {
  const std::size_t limit = std::min(bytes.size(), kFieldNameMax + 1);
  std::size_t length = 0;
  while (length + sizeof(Block) <= limit) {
    const std::size_t found = name_bytes_in(load_block(bytes.data() + length));
    length += found;
    if (found < sizeof(Block)) return length;
  }
  while (length < limit && kFieldNameBytes[static_cast<unsigned char>(bytes[length])])
    ++length;
  return length;
}

// For a name of name bytes only.
bool may_be_client_name(std::string_view name) {
  return !name.empty() && name.size() <= kFieldNameMax && name[0] != '_' &&
         !base::is_digit(name[0]);
}

}  // namespace

void NativeDecoder::start(std::string_view datagram) {
  rest_ = datagram;
  changeable_ = nullptr;
  begin_ = datagram.data();
  ended_ = false;
  fields_.clear();
  release_large_buffers();
  composed_used_ = 0;
  peek_ = {};
  dropped_entries_ = 0;
  dropped_fields_ = 0;
}

void NativeDecoder::start_in_place(std::span<char> datagram) {
  start({datagram.data(), datagram.size()});
  changeable_ = datagram.data();
}

bool NativeDecoder::next() {
  fields_.clear();
  composed_used_ = 0;
  entry_size_ = 0;
  peek_ = {};
  if (ended_) return false;

  Step step = Step::kField;
  while (step == Step::kField && !rest_.empty())
    step = read_line();

  if (step == Step::kOverLimit) {
    ++dropped_entries_;
    fields_.clear();
    peek_ = {};
  }
  ended_ = step == Step::kUnparsable || step == Step::kOverLimit || fields_.empty();
  return !fields_.empty();
}

// Reads one line, or one binary field, from the front of rest_. A line that does not end
// (kUnparsable) is left there.
NativeDecoder::Step NativeDecoder::read_line() {
  if (rest_.front() == '\n') {
    rest_.remove_prefix(1);
    return Step::kEndOfEntry;
  }
  if (rest_.front() == '.' || rest_.front() == '#') {
    const std::size_t end = rest_.find('\n');
    if (end == std::string_view::npos) return Step::kUnparsable;
    rest_.remove_prefix(end + 1);
    return Step::kField;
  }
  const std::size_t run = name_run(rest_);
  if (run < rest_.size() && rest_[run] == '=') {
    return read_text_field(run, may_be_client_name(rest_.substr(0, run)));
  }
  if (run < rest_.size() && rest_[run] == '\n') {
    return read_binary_field(run, may_be_client_name(rest_.substr(0, run)));
  }
  const std::size_t line_end = rest_.find('\n');
  if (line_end == std::string_view::npos) return Step::kUnparsable;
  const std::size_t equals = rest_.substr(0, line_end).find('=');
  if (equals != std::string_view::npos) return read_text_field(equals, false);
  return read_binary_field(line_end, false);
}

NativeDecoder::Step NativeDecoder::read_text_field(std::size_t name_length, bool name_is_valid) {
  const std::size_t line_end = find_line_end(rest_, name_length);
  if (line_end == std::string_view::npos) return Step::kUnparsable;
  if (fields_.size() >= kFieldCountAccepted) return Step::kOverLimit;
  if (!name_is_valid) {
    ++dropped_fields_;
  } else {
    if (line_end > kDataSizeMax || !fits_entry(line_end)) return Step::kOverLimit;
    add_field(rest_.substr(0, line_end));
  }
  rest_.remove_prefix(line_end + 1);
  return Step::kField;
}

NativeDecoder::Step NativeDecoder::read_binary_field(std::size_t name_length, bool name_is_valid) {
  if (fields_.size() >= kFieldCountAccepted) return Step::kOverLimit;
  const std::string_view name = rest_.substr(0, name_length);
  const std::string_view behind = rest_.substr(name_length + 1);
  if (behind.size() < kNativeLengthSize + 1) return Step::kUnparsable;

  base::Le64 stored;
  std::memcpy(&stored, behind.data(), kNativeLengthSize);
  const std::uint64_t length = stored;
  if (length > kDataSizeMax) return Step::kOverLimit;
  if (!fits_entry(name_length + 1 + length)) return Step::kOverLimit;
  const std::string_view data = behind.substr(kNativeLengthSize);
  if (data.size() < length + 1 || data[length] != '\n') return Step::kUnparsable;

  if (name_is_valid) {
    add_field(compose(name, data.substr(0, length)));
  } else {
    ++dropped_fields_;
  }
  rest_ = data.substr(length + 1);
  return Step::kField;
}

// "NAME=value" of a binary field, whose name and length lie in front of its value.
std::string_view NativeDecoder::compose(std::string_view name, std::string_view value) {
  if (changeable_ != nullptr) {
    char* const in_place = changeable_ + (value.data() - begin_) - 1 - name.size();
    std::memmove(in_place, name.data(), name.size());
    in_place[name.size()] = '=';
    return {in_place, name.size() + 1 + value.size()};
  }
  std::string& payload = next_composed();
  const std::size_t capacity_before = payload.capacity();
  payload.reserve(name.size() + 1 + value.size());
  payload.assign(name).append(1, '=').append(value);
  retained_bytes_ += payload.capacity() - capacity_before;
  return payload;
}

// Whether a payload of this size keeps both itself and the entry within the limits. The entry
// counts with one separator a field and one at its end.
bool NativeDecoder::fits_entry(std::size_t payload_size) const {
  if (payload_size > kEntrySizeMax) return false;
  return entry_size_ + payload_size + fields_.size() + 1 <= kEntrySizeMax;
}

void NativeDecoder::add_field(std::string_view payload) {
  entry_size_ += payload.size();
  fields_.push_back(payload);
  peek_field(payload, peek_);
}

std::string& NativeDecoder::next_composed() {
  if (composed_used_ == composed_.size()) composed_.emplace_back();
  return composed_[composed_used_++];
}

void NativeDecoder::release_large_buffers() {
  if (retained_bytes_ <= kRetainedBytesMax) return;
  composed_.clear();
  retained_bytes_ = 0;
}

char* write_native_field(std::string_view name, std::string_view value, char* at) {
  const auto write = [&at](const void* bytes, std::size_t size) {
    if (size > 0) std::memcpy(at, bytes, size);
    at += size;
  };
  write(name.data(), name.size());
  if (value.find('\n') == std::string_view::npos) {
    *at++ = '=';
  } else {
    *at++ = '\n';
    const base::Le64 length = value.size();
    write(&length, kNativeLengthSize);
  }
  write(value.data(), value.size());
  *at++ = '\n';
  return at;
}

void encode_native_field(std::string_view name, std::string_view value, std::string& out) {
  const std::size_t begin = out.size();
  if (value.find('\n') == std::string_view::npos) {
    out.append(name).append(1, '=').append(value).append(1, '\n');
    return;
  }
  out.resize(begin + name.size() + value.size() + 2 + kNativeLengthSize);
  write_native_field(name, value, out.data() + begin);
}

}  // namespace logq::wire
