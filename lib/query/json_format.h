// "json": one object per line, all values strings, as journalctl writes them
// (docs/output-formats.md, "JSON"). The address fields come first, then the fields in the order of
// their names; journalctl's own order is that of a hash table. A repeated field is an array, a
// value that is not printable text an array of byte numbers, a payload of 4096 bytes or more null
// unless everything is shown.
#pragma once

#include <vector>

#include "query/output_format.h"
#include "query/payload.h"

namespace logq::query {

class JsonFormat final : public OutputFormat {
 public:
  explicit JsonFormat(const FormatOptions& options) : show_all_(options.show_all) {}

  void append(const EntryView& entry, std::string& out) override;
  [[nodiscard]] bool wants(std::string_view /*field_name*/) const override { return true; }

 private:
  struct Member {
    Payload field;
    std::size_t payload_size;
    std::size_t position;  // in stored order
  };

  void collect_members(const EntryView& entry);
  void append_value(const Member& member, std::string& out) const;

  bool show_all_;
  std::vector<Member> members_;  // scratch
};

}  // namespace logq::query
