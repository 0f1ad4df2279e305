#include "journal/file_chain.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace logq::journal {
namespace {

using Members = std::vector<FileSource*>;

const FileInfo& info_of(const FileSource* source) {
  return source->reader().info();
}

// What will not change any more, and says of itself what can be.
bool is_candidate(const FileSource& source) {
  const FileInfo& info = source.reader().info();
  return source.is_trusted() && info.state == FileState::kArchived && info.n_entries > 0 &&
         info.head_entry_seqnum > 0 && info.head_entry_seqnum <= info.tail_entry_seqnum &&
         info.n_entries - 1 <= info.tail_entry_seqnum - info.head_entry_seqnum;
}

Members sorted_candidates(const std::vector<std::unique_ptr<FileSource>>& sources) {
  Members sorted;
  for (const auto& source : sources) {
    source->leave_chain();
    if (is_candidate(*source)) sorted.push_back(source.get());
  }
  std::sort(sorted.begin(), sorted.end(), [](const FileSource* a, const FileSource* b) {
    const FileInfo& first = info_of(a);
    const FileInfo& second = info_of(b);
    return std::tie(first.seqnum_id, first.head_entry_seqnum, first.tail_entry_seqnum) <
           std::tie(second.seqnum_id, second.head_entry_seqnum, second.tail_entry_seqnum);
  });
  return sorted;
}

// Of one sequence, in the order of their first numbers: each goes behind the nearest that is free.
std::vector<Members> divide(const Members& sorted) {
  std::vector<Members> lists;
  std::multimap<std::uint64_t, std::size_t> ends;  // by the last number of each list
  for (FileSource* source : sorted) {
    const auto behind = ends.lower_bound(info_of(source).head_entry_seqnum);
    std::size_t list = lists.size();
    if (behind == ends.begin()) {
      lists.emplace_back();
    } else {
      list = std::prev(behind)->second;
      ends.erase(std::prev(behind));
    }
    lists[list].push_back(source);
    ends.emplace(info_of(source).tail_entry_seqnum, list);
  }
  return lists;
}

// Whether the wall clock was never set back from one end of a file to the next.
bool times_ascend(const Members& members) {
  std::uint64_t realtime = 0;
  for (const FileSource* member : members) {
    const FileInfo& info = info_of(member);
    if (info.head_entry_realtime_usec < realtime) return false;
    if (info.tail_entry_realtime_usec < info.head_entry_realtime_usec) return false;
    realtime = info.tail_entry_realtime_usec;
  }
  return true;
}

}  // namespace

FileSource* FileChain::begin(Direction direction, const BootOrder& boots) {
  passed_ = 0;
  // A member that begins (or ends, backwards) elsewhere would be read too late.
  for (FileSource* member : members_)
    member->confirm(direction == Direction::kForward ? FileEnd::kFirst : FileEnd::kLast);
  return advance(direction, boots);
}

FileSource* FileChain::advance(Direction direction, const BootOrder& boots) {
  for (; passed_ < members_.size(); ++passed_) {
    FileSource* member = direction == Direction::kForward ? members_[passed_]
                                                          : members_[members_.size() - 1 - passed_];
    if (member->load(direction, boots)) return member;
  }
  return nullptr;
}

std::vector<FileChain> form_chains(const std::vector<std::unique_ptr<FileSource>>& sources) {
  const Members sorted = sorted_candidates(sources);
  std::vector<FileChain> chains;
  for (auto from = sorted.begin(); from != sorted.end();) {
    const Id128& sequence = info_of(*from).seqnum_id;
    const auto end = std::find_if(from, sorted.end(), [&sequence](const FileSource* source) {
      return info_of(source).seqnum_id != sequence;
    });
    for (Members& members : divide({from, end})) {
      if (members.size() < 2) continue;
      const bool ascend = times_ascend(members);
      for (FileSource* member : members)
        member->join_chain(chains.size(), ascend);
      chains.emplace_back(std::move(members));
    }
    from = end;
  }
  return chains;
}

}  // namespace logq::journal
