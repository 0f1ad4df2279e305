// LOGQ_TRY(expression): the value of a Result, or return its error from the enclosing function.
//
// A GNU statement expression, so it stays out of public headers. Works for Result<void> too.
// Not within braces that initialize several members: compilers forget those made before the return
// (scripts/check_try.py looks).
#pragma once

#include <utility>

#include "logq/result.h"

#define LOGQ_TRY(expression)                             \
  __extension__({                                        \
    auto logq_try_result = (expression);                 \
    if (!logq_try_result.has_value()) [[unlikely]] {     \
      return ::logq::fail(logq_try_result.error());      \
    }                                                    \
    ::logq::base::try_value(std::move(logq_try_result)); \
  })

namespace logq::base {

template <typename T>
T try_value(Result<T>&& result) {
  return std::move(*result);
}
inline void try_value(Result<void>&& /*result*/) {}

}  // namespace logq::base
