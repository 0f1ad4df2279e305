// Must not compile, but for the case that is right: see the CMakeLists.txt beside this directory.
#include "logq/field.h"

int main() {
#if defined(LOGQ_CASE_GOOD)
  const logq::Field field = logq::field("USER_ID", 42);
#elif defined(LOGQ_CASE_LOWER)
  const logq::Field field = logq::field("user_id", 42);
#elif defined(LOGQ_CASE_UNDERSCORE)
  const logq::Field field = logq::field<"_PID">(42);
#elif defined(LOGQ_CASE_RESERVED)
  const logq::Field field = logq::field("MESSAGE", "x");
#elif defined(LOGQ_CASE_RUNTIME)
  const char name[] = {'A', static_cast<char>(__TIME__[0]), 0};
  char copy[3] = {name[0], name[1], 0};
  const logq::Field field = logq::field(copy, 42);
#endif
  return field.name.is_good() ? 0 : 1;
}
