#include "journal/boot_list.h"

#include <algorithm>
#include <map>

#include "journal/file_source.h"

namespace logq::journal {
namespace {

constexpr std::string_view kBootField = "_BOOT_ID";

// A boot in one file: its first and last readable entry there.
struct BootInFile {
  PlacedEntry first;
  PlacedEntry last;
};

// The boots of one file, by where they begin in it.
struct FileBoots {
  std::vector<BootInFile> boots;
  std::size_t next = 0;
};

void extend(std::map<Id128, BootInFile>& boots, const PlacedEntry& entry) {
  const auto [known, is_new] = boots.try_emplace(entry.info.boot_id, BootInFile{entry, entry});
  if (is_new) return;
  if (entry.info.offset < known->second.first.info.offset) known->second.first = entry;
  if (entry.info.offset > known->second.last.info.offset) known->second.last = entry;
}

// How many unreadable entries are passed at either end of a list.
constexpr std::uint64_t kBootProbeEntries = 64;

class FileScan {
 public:
  explicit FileScan(FileReader& file) : file_(file) {}

  // Every entry is on one of the lists, so all together are no longer than the file has room for; a
  // file where they share their arrays would otherwise take a time that grows with its square.
  FileBoots run() {
    std::uint64_t left = file_.size() / sizeof(EntryObject);
    file_.for_each_value(kBootField, [this](std::string_view payload) {
      payloads_.emplace_back(payload);
      return true;
    });
    for (const std::string& payload : payloads_) {
      const EntryList entries = file_.entries_with(payload);
      if (entries.size() > left) {
        file_.report(Error::corrupt(0, "boots have more entries than fit into the file"));
        break;
      }
      left -= entries.size();
      add_ends_of(entries);
    }
    // The newest entries need not be in any list yet, and the lists may be damaged.
    add_ends_of(file_.all_entries());
    FileBoots found;
    for (const auto& [id, boot] : boots_)
      found.boots.push_back(boot);
    std::sort(found.boots.begin(), found.boots.end(), [](const auto& a, const auto& b) {
      return a.first.info.offset < b.first.info.offset;
    });
    return found;
  }

 private:
  void add_ends_of(const EntryList& entries) {
    const std::uint64_t size = entries.size();
    const std::uint64_t reach = std::min(size, kBootProbeEntries);
    for (std::uint64_t i = 0; i < reach; ++i) {
      if (add(entries.at(i))) break;
    }
    for (std::uint64_t i = 0; i < reach; ++i) {
      if (add(entries.at(size - 1 - i))) break;
    }
  }

  bool add(std::optional<FileOffset> offset) {
    if (!offset) return false;
    const auto entry = file_.read_entry(*offset);
    if (!entry) return false;
    PlacedEntry placed;
    placed.info = *entry;
    placed.seqnum_id = file_.info().seqnum_id;
    extend(boots_, placed);
    return true;
  }

  FileReader& file_;
  std::vector<std::string> payloads_;
  std::map<Id128, BootInFile> boots_;
};

BootOrder boot_order_of(const std::vector<FileReader*>& files) {
  BootOrder order;
  for (FileReader* file : files) {
    const auto last = last_entry_of(*file);
    if (last) order.learn(last->boot_id, machine_of(*file, last->offset), last->realtime_usec);
  }
  return order;
}

}  // namespace

// Reads the journal as if only the first entry of each boot in each file were there: what is met
// first is what reading all of it would meet first.
std::vector<BootSpan> list_boots(Journal& journal) {
  const std::vector<FileReader*> files = journal.files();
  const BootOrder order = boot_order_of(files);
  std::vector<FileBoots> scans;
  for (FileReader* file : files) {
    scans.push_back(FileScan(*file).run());
    for (BootInFile& boot : scans.back().boots) {
      order.place(boot.first);
      order.place(boot.last);
    }
  }
  std::vector<BootInFile> merged;
  std::map<Id128, std::size_t> places;
  const auto later = [](const FileBoots* a, const FileBoots* b) {
    return compare(a->boots[a->next].first, b->boots[b->next].first) > 0;
  };
  std::vector<FileBoots*> heap;
  for (FileBoots& scan : scans) {
    if (!scan.boots.empty()) heap.push_back(&scan);
  }
  std::make_heap(heap.begin(), heap.end(), later);
  while (!heap.empty()) {
    std::pop_heap(heap.begin(), heap.end(), later);
    FileBoots& file = *heap.back();
    const BootInFile& boot = file.boots[file.next++];
    const auto [place, is_new] = places.try_emplace(boot.first.info.boot_id, merged.size());
    if (is_new) {
      merged.push_back(boot);
    } else if (compare(merged[place->second].last, boot.last) < 0) {
      merged[place->second].last = boot.last;
    }
    if (file.next == file.boots.size()) {
      heap.pop_back();
    } else {
      std::push_heap(heap.begin(), heap.end(), later);
    }
  }
  std::stable_sort(merged.begin(), merged.end(), [](const BootInFile& a, const BootInFile& b) {
    return compare(a.last, b.last) < 0;
  });
  std::vector<BootSpan> spans;
  for (const BootInFile& boot : merged) {
    spans.push_back(
        {boot.first.info.boot_id, boot.first.info.realtime_usec, boot.last.info.realtime_usec});
  }
  return spans;
}

}  // namespace logq::journal
