// A module that tests load: what it logs is far from the program's own locations and fields.
#include <source_location>

#include "logq/logger.h"

namespace {

constexpr std::string_view kText = "text";

auto number_field(int number) {
  return logq::field<"FAR_NUMBER">(number);
}
auto text_field() {
  return logq::field<"FAR_TEXT">(kText);
}
template <typename... Fields>
std::uintptr_t form_of(const Fields&... /*fields*/) {
  return logq::internal::CallAddresses::of<Fields...>(std::source_location::current()).form;
}

}  // namespace

extern "C" std::source_location logq_far_location() {
  return std::source_location::current();
}

extern "C" std::uintptr_t logq_far_form() {
  return form_of(number_field(0), text_field());
}

extern "C" bool logq_far_append(logq::internal::EntryQueue& queue,
                                const logq::internal::Circumstances& of,
                                int number) {
  bool was_asleep = false;
  return logq::internal::append_call(queue, logq::Priority::kInfo, "from afar", of, was_asleep,
                                     number_field(number), text_field());
}
