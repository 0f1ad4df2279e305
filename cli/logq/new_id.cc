#include "logq/new_id.h"

namespace logq::cli {
namespace {

constexpr std::size_t kUuidDashes[] = {8, 13, 18, 23};

std::string as_uuid(std::string digits) {
  for (const std::size_t place : kUuidDashes)
    digits.insert(place, 1, '-');
  return digits;
}

std::string as_macro(const std::string& digits) {
  std::string text = "#define XYZ SD_ID128_MAKE(";
  for (std::size_t i = 0; i < digits.size(); i += 2)
    text += (i > 0 ? "," : "") + digits.substr(i, 2);
  return text + ")";
}

}  // namespace

std::string describe_new_id(const Id128& id, const Colours& colours) {
  const std::string digits = id.to_string();
  const auto bold = [&colours](const std::string& text) {
    return std::string(colours.bold()) + text + std::string(colours.off());
  };
  return "As string:\n" + bold(digits) + "\n\nAs UUID:\n" + bold(as_uuid(digits)) +
         "\n\nAs systemd-id128(1) macro:\n" + bold(as_macro(digits)) +
         "\n\nAs Python constant:\n>>> import uuid\n>>> " +
         bold("XYZ = uuid.UUID('" + digits + "')") + "\n";
}

}  // namespace logq::cli
