// Must not compile, but for the cases that are right: see the CMakeLists.txt beside this directory.
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
#elif defined(LOGQ_CASE_GOOD_ID)
  constexpr logq::Id128 kId = logq::id128("3f5a0c118e6d4b1f9a702ec45b83d607");
  static_assert(kId.bytes[0] == 0x3f && kId.bytes[15] == 0x07);
  const logq::Field field = logq::message_id(kId);
#elif defined(LOGQ_CASE_BAD_ID)
  const logq::Id128 id = logq::id128("3f5a0c118e6d4b1f9a702ec45b83d60-");
  const logq::Field field = logq::message_id(id);
#elif defined(LOGQ_CASE_SHORT_ID)
  const logq::Id128 id = logq::id128("3f5a");
  const logq::Field field = logq::message_id(id);
#endif
  return field.name.is_good() ? 0 : 1;
}
