// FieldListCheck: checks that each FIELD object leads to all DATA objects of its name, while all
// objects go by in file order. journalctl 252 does not look; `-F` and unit patterns rely on it.
//
// Writers put a new value in front of its field's list, so each DATA object names the one of the
// same field that came before it, and the FIELD the newest. A value that is on no list is let pass
// as long as nothing leads to it: a writer that ran out of space may have left one, and readers
// find it by matches. So is a newest one that its FIELD does not yet name, as a kill leaves it.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <unordered_map>

#include "journal/object_reader.h"
#include "journal/seeded_hash.h"
#include "logq/result.h"

namespace logq::journal {

class FieldListCheck {
 public:
  // The next DATA object, its uncompressed payload and next_field_offset.
  Result<void> visit_data(FileOffset data, std::string_view payload, FileOffset next);
  // The next FIELD object, its name and head_data_offset.
  Result<void> visit_field(FileOffset field, std::string_view name, FileOffset head);
  // After the last object.
  [[nodiscard]] Result<void> finish() const;

 private:
  struct List {
    FileOffset field = 0;
    FileOffset head = 0;
    FileOffset newest = 0;  // the last DATA that goes by as part of the list
    FileOffset before = 0;  // what that one names
  };
  // A name that came by lately, since most values are of few fields.
  struct Recent {
    std::string name;
    List* list = nullptr;
  };
  List& list_of(std::string_view name);

  SeededHash hash_;
  std::unordered_map<std::size_t, List> lists_;  // by the hash of the name; never erased from
  std::array<Recent, 64> recent_;                // one for each sum of a few bytes of the name
};

}  // namespace logq::journal
