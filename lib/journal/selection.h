// Selection: the entries of one file that satisfy a Match, found through the index of the file:
// AND and OR are merges of the entry lists of the matched DATA objects.
//
// The newest entries of a file need not be in those lists yet (a writer publishes an entry before
// it is linked everywhere, and the last one of a full file may never be), so they are judged by
// their items too. An entry thus never appears behind a later one that was already handed out. The
// lists still count: power loss can leave an entry whose items never reached the disk.
//
// Borrows the reader; not thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "journal/file_reader.h"
#include "journal/match.h"

namespace logq::journal {

class Selection {
 public:
  // `match` must outlive the selection.
  Selection(FileReader& file, const Match& match);

  // To be called after FileReader::refresh() found something new.
  void refresh();
  // None but these entries can be wanted, ascending, and those that were not settled yet.
  // REQUIRES: the match wants all.
  void narrow(std::vector<FileOffset> candidates) { candidates_ = std::move(candidates); }

  // First matching entry with offset >= `offset`; last one with offset <= `offset`.
  [[nodiscard]] std::optional<FileOffset> first_from(FileOffset offset);
  [[nodiscard]] std::optional<FileOffset> last_until(FileOffset offset);

  // The list whose entries are exactly the matching ones, asked by the calls above, if there is
  // one: its steps are theirs.
  [[nodiscard]] const EntryList* whole_list() const {
    return root_.match->kind == Match::Kind::kAll && !candidates_ ? &all_ : nullptr;
  }

 private:
  struct Node {
    const Match* match = nullptr;
    FileOffset data = 0;
    EntryList entries;
    std::vector<Node> operands;
  };

  Node compile(const Match& match);
  void look_up(Node& node);
  [[nodiscard]] static bool has_lists(const Node& node);
  void settle(std::uint64_t first_unsettled);
  [[nodiscard]] bool judge(FileOffset entry);
  [[nodiscard]] std::optional<FileOffset> candidate_from(FileOffset offset) const;
  [[nodiscard]] std::optional<FileOffset> candidate_until(FileOffset offset) const;
  [[nodiscard]] bool holds(const Node& node, FileOffset entry) const;

  [[nodiscard]] std::optional<FileOffset> index_first(const Node& node, FileOffset offset) const;
  [[nodiscard]] std::optional<FileOffset> index_last(const Node& node, FileOffset offset) const;
  [[nodiscard]] std::optional<FileOffset> first_of_all(const Node& node, FileOffset offset) const;
  [[nodiscard]] std::optional<FileOffset> last_of_all(const Node& node, FileOffset offset) const;

  FileReader& file_;
  EntryList all_;
  Node root_;
  std::uint64_t known_entries_ = 0;
  FileOffset unsettled_ = 0;  // from this entry on the lists may lack entries
  std::vector<FileOffset> items_;
  std::optional<std::vector<FileOffset>> candidates_;
};

}  // namespace logq::journal
