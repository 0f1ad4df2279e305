// The one list of what may differ between the output of logq and of journalctl 252.
//
// logq prints what the newest journalctl prints. Compared with 252 this hides, and nothing else:
// - __SEQNUM and __SEQNUM_ID in export and JSON, which journalctl has since 254;
// - the order of members in a JSON object, which is that of a hash table in journalctl.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace logq::test {

inline std::vector<std::string_view> split_lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1);
    lines.push_back(text.substr(0, end + 1));
    text.remove_prefix(end + 1);
  }
  return lines;
}

// Takes the two lines out where they stand: after the timestamps at the head of an entry.
inline std::string mask_export(std::string_view text) {
  std::string masked;
  std::string_view before;
  for (const std::string_view line : split_lines(text)) {
    const bool after_time = before.starts_with("__MONOTONIC_TIMESTAMP=");
    const bool after_seqnum = before.starts_with("__SEQNUM=");
    const bool hidden = (after_time && line.starts_with("__SEQNUM=")) ||
                        (after_seqnum && line.starts_with("__SEQNUM_ID="));
    if (!hidden) masked += line;
    before = line;
  }
  return masked;
}

// The members of a one-line JSON object as `"name":value` texts.
inline std::vector<std::string> json_members(std::string_view object) {
  std::vector<std::string> members;
  std::string member;
  bool quoted = false;
  int depth = 0;
  for (std::size_t i = 0; i < object.size(); ++i) {
    const char c = object[i];
    if (quoted && c == '\\') {
      member += object.substr(i++, 2);
      continue;
    }
    if (c == '"') quoted = !quoted;
    if (!quoted && (c == '{' || c == '[')) ++depth;
    if (!quoted && (c == '}' || c == ']')) --depth;
    const bool separates = !quoted && ((c == ',' && depth == 1) || (c == '}' && depth == 0));
    if (separates) members.push_back(std::move(member));
    if (separates) member.clear();
    if (!separates && !(c == '{' && depth == 1) && depth > 0) member += c;
  }
  return members;
}

// Each object with its members sorted, and without the two.
inline std::string mask_json(std::string_view text) {
  std::string masked;
  for (const std::string_view line : split_lines(text)) {
    std::vector<std::string> members = json_members(line);
    std::sort(members.begin(), members.end());
    for (const std::string& member : members) {
      if (member.starts_with("\"__SEQNUM\":") || member.starts_with("\"__SEQNUM_ID\":")) continue;
      masked += member + "\n";
    }
    masked += "--\n";
  }
  return masked;
}

}  // namespace logq::test
