// Result<T>: a value or an Error. Every fallible call of the libraries returns one.
//
// The libraries never throw on purpose (std::bad_alloc excepted), never print, never exit. An Error
// is small, trivially copyable and never allocates: it says what went wrong, where in a file it was
// found and which errno the system gave. Names and paths are added at the edge by whoever knows
// them. See ARCHITECTURE.md, "Errors".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace logq {

enum class Errc : std::uint8_t {
  kInvalidArgument,  ///< the caller's input breaks a documented rule
  kNotFound,         ///< what was asked for does not exist
  kCorrupt,          ///< bytes from a file or socket break their format; `offset` says where
  kTruncated,        ///< a file ends before what it announces; normal at the tail of a live file
  kUnsupported,      ///< a valid format or request that this build does not know
  kBusy,             ///< somebody else holds the thing
  kTooLarge,         ///< a limit of the format or of the configuration is exceeded
  kFull,             ///< a journal file has no room left for this entry: rotate
  kClosed,           ///< the peer or the file was closed
  kSystem,           ///< a system call failed; `sys_errno` says how
};

// A string literal. Its constructor only accepts constants, so an Error can keep a view of it.
struct Literal {
  std::string_view text;
  template <std::size_t N>
  // NOLINTNEXTLINE(google-explicit-constructor): a literal is what it takes
  consteval Literal(const char (&literal)[N]) : text(literal, N - 1) {}
};

struct [[nodiscard]] Error {
  Errc code = Errc::kSystem;
  int sys_errno = 0;         // errno of the failed call, 0 when there was none
  std::uint64_t offset = 0;  // file offset or byte position, for kCorrupt and kTruncated
  std::string_view what;     // a literal: what was being done or what is wrong

  static constexpr Error make(Errc code, Literal what) { return {code, 0, 0, what.text}; }
  static constexpr Error corrupt(std::uint64_t offset, Literal what) {
    return {Errc::kCorrupt, 0, offset, what.text};
  }
  static constexpr Error truncated(std::uint64_t offset, Literal what) {
    return {Errc::kTruncated, 0, offset, what.text};
  }
  // `call` names the operation, for example "open" or "bind"; pass errno as captured at once.
  static constexpr Error system(int sys_errno, Literal call) {
    return {Errc::kSystem, sys_errno, 0, call.text};
  }

  // One line without a path and without a period: "corrupt at 0x1a40: entry array not 8-aligned",
  // "open: Permission denied".
  [[nodiscard]] std::string message() const;
};

template <typename T>
using Result = tl::expected<T, Error>;

// What a function returns on failure: `return fail(Error::corrupt(at, "..."));`
inline tl::unexpected<Error> fail(const Error& error) {
  return tl::unexpected<Error>(error);
}

}  // namespace logq
