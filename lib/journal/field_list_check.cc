#include "journal/field_list_check.h"

#include "base/load_bytes.h"

namespace logq::journal {
namespace {

constexpr std::size_t kLongestRecent = 64;  // as long as names of clients may be

// Names that end alike differ in their length or their first bytes.
std::size_t place_of(std::string_view name) {
  const std::size_t some = name.size() < 8 ? name.size() : 8;
  const std::uint64_t ends = base::load_up_to_8(name.data(), some) +
                             base::load_up_to_8(name.data() + name.size() - some, some);
  return ((ends + name.size()) * 0x9e3779b97f4a7c15U) >> 58;
}

}  // namespace

FieldListCheck::List& FieldListCheck::list_of(std::string_view name) {
  if (name.size() > kLongestRecent) return lists_[hash_(name)];
  Recent& recent = recent_[place_of(name)];
  if (recent.list == nullptr || recent.name != name) {
    recent.list = &lists_[hash_(name)];
    recent.name = name;
  }
  return *recent.list;
}

Result<void> FieldListCheck::visit_data(FileOffset data,
                                        std::string_view payload,
                                        FileOffset next) {
  const std::size_t equals = payload.find('=');
  if (equals == std::string_view::npos) return {};
  List& list = list_of(payload.substr(0, equals));
  // journald makes the FIELD after its first value: until then there is no list to be on, and of
  // several values only the last can have caused it.
  const FileOffset expected = list.field == 0 ? 0 : list.newest;
  if (next == expected) {
    list.newest = data;
    list.before = next;
    return {};
  }
  if (next == 0) return {};  // on no list, unless something leads to it
  return fail(Error::corrupt(data, "DATA object does not name the value before it of its field"));
}

Result<void> FieldListCheck::visit_field(FileOffset field, std::string_view name, FileOffset head) {
  List& list = list_of(name);
  if (list.field != 0)
    return fail(Error::corrupt(field, "FIELD object of that name is there twice"));
  list.field = field;
  list.head = head;
  return {};
}

Result<void> FieldListCheck::finish() const {
  const List* broken = nullptr;
  for (const auto& [key, list] : lists_) {
    if (list.field == 0 || list.head == list.newest || list.head == list.before) continue;
    if (broken == nullptr || list.field < broken->field) broken = &list;
  }
  if (broken == nullptr) return {};
  return fail(Error::corrupt(broken->field, "FIELD object does not name its newest value"));
}

}  // namespace logq::journal
