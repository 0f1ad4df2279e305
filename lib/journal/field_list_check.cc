#include "journal/field_list_check.h"

namespace logq::journal {

Result<void> FieldListCheck::visit_data(FileOffset data,
                                        std::string_view payload,
                                        FileOffset next) {
  const std::size_t equals = payload.find('=');
  if (equals == std::string_view::npos) return {};
  List& list = lists_[hash_(payload.substr(0, equals))];
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
  List& list = lists_[hash_(name)];
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
