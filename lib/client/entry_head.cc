#include "client/entry_head.h"

#include <array>
#include <new>

#include "client/native_writer.h"

// The first byte and the end of the program or library that this code has become part of: put in by
// the linker. Weak, for linkers that do not.
// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming)
extern "C" [[gnu::weak, gnu::visibility("hidden")]] const char __ehdr_start[];
extern "C" [[gnu::weak, gnu::visibility("hidden")]] const char _end[];
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)

namespace logq::client {
namespace {

constexpr std::size_t kKeptHeads = 16;
constexpr std::size_t kKeptHeadBytes = 512;

// The text of a source location never changes, but a library that is unloaded may leave its
// addresses to other text. Not this one: what is kept of its texts goes with it, as a library is
// not unloaded before the destructors of its threads' variables have run.
bool is_as_long_here_as_we(const char* text) {
  const auto address = reinterpret_cast<std::uintptr_t>(text);
  return __ehdr_start != nullptr && address >= reinterpret_cast<std::uintptr_t>(__ehdr_start) &&
         address < reinterpret_cast<std::uintptr_t>(_end);
}

EntryHead head_of(const Call& call) {
  return {call.priority,
          call.identifier,
          call.message.location.file_name(),
          call.message.location.function_name(),
          call.message.location.line(),
          call.thread_id};
}

// Part of the bytes of a head.
struct Piece {
  std::uint16_t begin = 0;
  std::uint16_t size = 0;

  // Where the text stands first. REQUIRES: it does.
  static Piece of(std::string_view text, std::string_view bytes) {
    return {static_cast<std::uint16_t>(bytes.find(text)), static_cast<std::uint16_t>(text.size())};
  }
};

class KeptHead {
 public:
  [[nodiscard]] bool is_of(const Call& call) const {
    if (logger_ != call.logger || file_ != call.message.location.file_name() ||
        function_ != call.message.location.function_name() ||
        line_ != call.message.location.line() || priority_ != call.priority ||
        thread_id_ != call.thread_id) {
      return false;
    }
    return is_for_good_ || has_texts_of(call);
  }
  [[nodiscard]] std::string_view bytes() const { return {bytes_.data(), size_}; }

  void keep(const Call& call, std::string_view bytes) {
    if (bytes.size() > bytes_.size()) return;
    const char* const file = call.message.location.file_name();
    const char* const function = call.message.location.function_name();
    logger_ = call.logger;
    file_ = file;
    function_ = function;
    thread_id_ = call.thread_id;
    line_ = call.message.location.line();
    priority_ = call.priority;
    is_for_good_ = is_as_long_here_as_we(file) && is_as_long_here_as_we(function);
    size_ = static_cast<std::uint16_t>(bytes.size());
    file_text_ = Piece::of(file, bytes);
    function_text_ = Piece::of(function, bytes);
    bytes.copy(bytes_.data(), bytes.size());
  }

 private:
  [[nodiscard]] bool has_texts_of(const Call& call) const {
    return text(file_text_) == call.message.location.file_name() &&
           text(function_text_) == call.message.location.function_name();
  }
  [[nodiscard]] std::string_view text(Piece piece) const {
    return {bytes_.data() + piece.begin, piece.size};
  }

  std::uint64_t logger_ = 0;  // that of nobody
  const char* file_ = nullptr;
  const char* function_ = nullptr;
  std::uint64_t thread_id_ = 0;
  std::uint32_t line_ = 0;
  Priority priority_ = Priority::kInfo;
  bool is_for_good_ = false;  // the addresses mean the same texts as long as this object lives
  std::uint16_t size_ = 0;
  Piece file_text_;
  Piece function_text_;
  std::array<char, kKeptHeadBytes - 48> bytes_;  // nothing is in it before it is needed
};
static_assert(sizeof(KeptHead) == kKeptHeadBytes);

using KeptHeads = std::array<KeptHead, kKeptHeads>;

// Both trivial, so that they may still be read after the thread's other objects are gone.
thread_local constinit KeptHeads* kept_heads = nullptr;
thread_local constinit bool thread_ends = false;

struct ThreadHeads {
  ThreadHeads() { kept_heads = new (std::nothrow) KeptHeads; }
  ThreadHeads(const ThreadHeads&) = delete;
  ThreadHeads& operator=(const ThreadHeads&) = delete;
  ~ThreadHeads() {
    delete kept_heads;
    kept_heads = nullptr;
    thread_ends = true;
  }
};

[[gnu::cold]] KeptHeads* make_kept_heads() {
  if (thread_ends) return nullptr;
  thread_local const ThreadHeads heads;
  return kept_heads;
}

[[gnu::cold]] char* write_new_head(const Call& call, char* at, const char* end, KeptHead& kept) {
  char* const head_end = write_head(head_of(call), at, end);
  if (head_end != nullptr) kept.keep(call, {at, static_cast<std::size_t>(head_end - at)});
  return head_end;
}

}  // namespace

char* write_head(const EntryHead& head, char* at, const char* end) {
  // The names, and what is around the values.
  constexpr std::size_t kRest = 256;
  const std::size_t most =
      head.identifier.size() + head.code_file.size() + head.code_function.size() + kRest;
  if (most > static_cast<std::size_t>(end - at)) return nullptr;
  const auto write_number = [&at](std::string_view name, std::uint64_t number) {
    at += name.copy(at, name.size());
    at = write_decimal(number, at);
    *at++ = '\n';
  };
  write_number("PRIORITY=", static_cast<unsigned>(head.priority));
  if (!head.identifier.empty()) at = write_text("SYSLOG_IDENTIFIER", head.identifier, at);
  if (!head.code_file.empty()) {
    at = write_text("CODE_FILE", head.code_file, at);
    write_number("CODE_LINE=", head.code_line);
  }
  if (!head.code_function.empty()) at = write_text("CODE_FUNC", head.code_function, at);
  if (head.thread_id != 0) write_number("TID=", head.thread_id);
  return at;
}

char* write_head(const Call& call, char* at, const char* end) noexcept {
  KeptHeads* const heads = kept_heads != nullptr ? kept_heads : make_kept_heads();
  if (heads == nullptr) [[unlikely]]
    return write_head(head_of(call), at, end);
  // Two lines of a function are apart, and so are the names of two functions.
  const auto place = reinterpret_cast<std::uintptr_t>(call.message.location.function_name()) / 16;
  KeptHead& kept = (*heads)[(place + call.message.location.line()) % kKeptHeads];
  if (!kept.is_of(call)) [[unlikely]]
    return write_new_head(call, at, end, kept);
  const std::string_view bytes = kept.bytes();
  if (bytes.size() > static_cast<std::size_t>(end - at)) [[unlikely]]
    return nullptr;
  return at + bytes.copy(at, bytes.size());
}

}  // namespace logq::client
