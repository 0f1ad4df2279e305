// The JSON formats (docs/output-formats.md, "JSON"): one object per entry, all values strings, as
// journalctl writes them. They differ in layout and framing.
//
// The address fields come first, then the fields in the order of their names; journalctl's own
// order is that of a hash table. A repeated field is an array, a value that is not printable text
// an array of byte numbers, a payload of 4096 bytes or more null unless everything is shown.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "query/field_choice.h"
#include "query/json_writer.h"
#include "query/output_format.h"

namespace logq::query {

class JsonFormat final : public OutputFormat {
 public:
  JsonFormat(OutputMode mode, const FormatOptions& options);

  void append(const EntryView& entry, std::string& out) override;
  [[nodiscard]] bool wants(std::string_view field_name) const override {
    return choice_.includes(field_name);
  }

 private:
  struct Member {
    std::uint64_t sort_key;  // the first eight bytes of the name
    std::string_view name;
    std::string_view payload;
    std::size_t position;  // in stored order
  };

  [[nodiscard]] static bool comes_before(const Member& a, const Member& b);
  void collect_members(const EntryView& entry);
  void append_addresses(const EntryView& entry, std::string& out);
  void append_fields(std::string& out);
  void append_value(const Member& member, std::string& out);

  bool show_all_;
  std::string_view before_;  // each object
  std::string_view after_;
  FieldChoice choice_;
  JsonWriter writer_;
  std::vector<Member> members_;  // scratch
  std::string text_;             // scratch
};

}  // namespace logq::query
