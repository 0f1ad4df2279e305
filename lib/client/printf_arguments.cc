#include "client/printf_arguments.h"

#include <printf.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <vector>

namespace logq::client {
namespace {

// NOLINTBEGIN(clang-analyzer-valist.Uninitialized): the caller's list has begun, unseen from here.
// NOLINTBEGIN(bugprone-branch-clone): only types differ.

bool skip_integer(int modifiers, va_list& arguments) {
  if ((modifiers & PA_FLAG_LONG_LONG) != 0) {
    va_arg(arguments, long long);
  } else if ((modifiers & PA_FLAG_LONG) != 0) {
    va_arg(arguments, long);
  } else {
    va_arg(arguments, int);  // what is shorter is passed as one
  }
  return true;
}

// `type` is what glibc says a conversion takes.
bool skip_argument(int type, va_list& arguments) {
  const int modifiers = type & PA_FLAG_MASK;
  if ((modifiers & PA_FLAG_PTR) != 0) {
    va_arg(arguments, void*);
    return true;
  }
  switch (type & ~PA_FLAG_MASK) {
    case PA_CHAR:
    case PA_INT:
      return skip_integer(modifiers, arguments);
    case PA_WCHAR:
      va_arg(arguments, wint_t);
      return true;
    case PA_STRING:
    case PA_WSTRING:
    case PA_POINTER:
      va_arg(arguments, void*);
      return true;
    case PA_FLOAT:
    case PA_DOUBLE:
      if ((modifiers & PA_FLAG_LONG_DOUBLE) != 0) {
        va_arg(arguments, long double);
      } else {
        va_arg(arguments, double);
      }
      return true;
    default:
      return false;
  }
}

// NOLINTEND(bugprone-branch-clone)

}  // namespace

bool append_formatted(const char* format, va_list arguments, std::string& out) {
  constexpr std::size_t kUsualSize = 256;
  const int reported = errno;  // by %m
  const std::size_t start = out.size();
  std::size_t room = kUsualSize;
  int size = 0;
  for (;;) {
    out.resize(start + room);
    errno = reported;
    va_list copy;
    va_copy(copy, arguments);
    size = ::vsnprintf(out.data() + start, room, format, copy);
    va_end(copy);
    if (size < 0 || static_cast<std::size_t>(size) < room) break;
    room = static_cast<std::size_t>(size) + 1;
  }
  out.resize(start + static_cast<std::size_t>(std::max(size, 0)));
  return size >= 0;
}

bool skip_arguments(const char* format, va_list& arguments) {
  std::array<int, 32> usual{};
  std::vector<int> many;
  int* types = usual.data();
  const std::size_t count = ::parse_printf_format(format, usual.size(), types);
  if (count > usual.size()) {
    many.resize(count);
    types = many.data();
    ::parse_printf_format(format, count, types);
  }
  return std::all_of(types, types + count,
                     [&](int type) { return skip_argument(type, arguments); });
}

// NOLINTEND(clang-analyzer-valist.Uninitialized)

}  // namespace logq::client
