// A journal file of any bytes through recover, as after a crash: it never fails, what it makes of
// the file is sound and holds exactly the entries it told of, each with its own values and in
// order, and doing it to the same file again gives the same.
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/io.h"
#include "base/jenkins.h"
#include "journal/journal.h"
#include "journal/salvage.h"
#include "journal/verify.h"
#include "require.h"

namespace {

using namespace logq;
using fuzz::require;

// A directory in memory, emptied before each use.
class Workshop {
 public:
  Workshop() { require(::mkdtemp(path_.data()) != nullptr); }
  Workshop(const Workshop&) = delete;
  Workshop& operator=(const Workshop&) = delete;
  ~Workshop() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  [[nodiscard]] std::string active() const { return path_ + "/system.journal"; }
  void put(const std::uint8_t* data, std::size_t size) const {
    for (const std::string& file : files())
      require(::unlink(file.c_str()) == 0);
    const auto fd = base::open_file(active(), O_WRONLY | O_CREAT | O_EXCL, 0600);
    require(fd && base::write_all(fd->get(), {reinterpret_cast<const char*>(data), size}));
  }
  [[nodiscard]] std::vector<std::string> files() const {
    std::vector<std::string> found;
    DIR* directory = ::opendir(path_.c_str());
    require(directory != nullptr);
    while (const dirent* entry = ::readdir(directory)) {
      if (entry->d_name[0] != '.') found.push_back(path_ + "/" + entry->d_name);
    }
    ::closedir(directory);
    return found;
  }

 private:
  std::string path_ = "/dev/shm/logq-fuzz-XXXXXX";
};

// An entry has all of its values and no others: together they hash to what it was made with. Where
// a value was given more than once the file has it once, and all of them went into the hash.
void check_values(std::uint64_t xor_hash, const std::vector<std::uint64_t>& hashes) {
  std::uint64_t basis[64] = {};
  const auto reduce = [&basis](std::uint64_t value) {
    for (int bit = 63; bit >= 0 && value != 0; --bit) {
      if ((value >> bit & 1) != 0) value ^= basis[bit];
    }
    return value;
  };
  for (const std::uint64_t hash : hashes) {
    const std::uint64_t rest = reduce(hash);
    if (rest != 0) basis[63 - __builtin_clzll(rest)] = rest;
  }
  require(reduce(xor_hash) == 0);
}

// Returns the number of entries.
std::uint64_t check_archive(const std::string& path) {
  const auto verdict = journal::verify_file(path);
  require(verdict && !verdict->failure);
  const auto journal = journal::Journal::open_files(
      {path}, [](const std::string& /*path*/, const Error& /*error*/) { require(false); });
  require(journal.has_value());
  std::uint64_t entries = 0;
  std::uint64_t seqnum = 0;
  (*journal)->seek_head();
  for (; (*journal)->next(); ++entries) {
    std::vector<std::uint64_t> hashes;
    (*journal)->for_each_payload([&hashes](std::string_view payload) {
      hashes.push_back(base::jenkins_hash64(payload));
      return true;
    });
    check_values((*journal)->entry().xor_hash, hashes);
    require((*journal)->entry().seqnum > seqnum);
    seqnum = (*journal)->entry().seqnum;
  }
  require(entries == verdict->n_entries);
  return entries;
}

struct Outcome {
  journal::SalvageReport report;
  std::uint64_t entries = 0;    // in archives
  std::uint64_t set_aside = 0;  // files
};

Outcome recover(const Workshop& workshop) {
  journal::WriterOptions options;
  options.max_size_bytes = std::uint64_t{512} << 10;
  const auto done = journal::salvage(workshop.active(), options);
  require(done.has_value());
  Outcome outcome{*done};
  for (const std::string& file : workshop.files()) {
    require(file != workshop.active());
    if (file.ends_with(".journal")) {
      outcome.entries += check_archive(file);
    } else {
      require(file.ends_with(".journal~"));
      ++outcome.set_aside;
    }
  }
  return outcome;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Workshop workshop;
  workshop.put(data, size);
  const Outcome first = recover(workshop);
  const journal::SalvageReport& report = first.report;
  if (report.set_aside_because) {
    // Of a file with too many steps back in time the first archives stay beside it.
    require(first.set_aside == 1 && first.entries <= report.entries);
    return 0;
  }
  require(first.entries == report.entries);
  require(first.set_aside == (report.damaged == 0 ? 0 : 1));
  workshop.put(data, size);
  const Outcome second = recover(workshop);
  require(second.entries == first.entries && second.report.path == report.path);
  return 0;
}
