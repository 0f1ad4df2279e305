// TornFile: what a power failure leaves of a file that was being written through a mapping.
//
// The kernel writes dirty pages back whenever it likes and in any order. After a failure each page
// of 4 KiB is therefore as it was at some moment since it was last synced. The test says when that
// is: synced() after a sync that has returned, observe() as often as it likes in between; torn()
// then puts a file together from pages of these moments, chosen at random.
//
// The size is the latest one: our writer makes it durable before anything is stored there.
// Not thread-safe; the file may be written to meanwhile.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "support/file_bytes.h"

namespace logq::test {

class TornFile {
 public:
  static constexpr std::size_t kPage = 4096;

  // How the pages are chosen.
  enum class Choice : std::uint8_t {
    kAny,        // any moment, each as likely
    kMostlyOld,  // nearly all as at the sync
    kMostlyNew,  // nearly all as at the end
    kOnlyStart,  // the first page (the header's) as at the end, all others as at the sync
    kAllButStart,
    kFrontFirst,  // written back from the front up to some page
    kBackFirst,
  };
  static constexpr Choice kChoices[] = {
      Choice::kAny,         Choice::kMostlyOld,  Choice::kMostlyNew, Choice::kOnlyStart,
      Choice::kAllButStart, Choice::kFrontFirst, Choice::kBackFirst};

  explicit TornFile(std::string path) : path_(std::move(path)) { synced(); }

  // Everything that is in the file now is durable.
  void synced() {
    moments_.clear();
    observe();
  }
  // Pages may have been written back as they are now.
  void observe() { moments_.push_back(file_bytes(path_)); }

  // The bytes of the file after a failure now.
  template <typename Random>
  [[nodiscard]] std::string torn(Choice choice, Random& random) {
    observe();
    std::string bytes = moments_.back();
    const std::size_t pages = (bytes.size() + kPage - 1) / kPage;
    const std::size_t split = random() % (pages + 1);
    for (std::size_t page = 0; page < pages; ++page)
      put_page(bytes, page, moment_of(choice, page, split, random));
    return bytes;
  }

 private:
  template <typename Random>
  std::size_t moment_of(Choice choice, std::size_t page, std::size_t split, Random& random) const {
    const std::size_t last = moments_.size() - 1;
    const std::size_t any = random() % moments_.size();
    const bool rarely = random() % 32 == 0;
    switch (choice) {
      case Choice::kMostlyOld:
        return rarely ? any : 0;
      case Choice::kMostlyNew:
        return rarely ? any : last;
      case Choice::kOnlyStart:
        return page == 0 ? last : 0;
      case Choice::kAllButStart:
        return page == 0 ? 0 : last;
      case Choice::kFrontFirst:
        return page < split ? last : 0;
      case Choice::kBackFirst:
        return page < split ? 0 : last;
      case Choice::kAny:
        break;
    }
    return any;
  }

  // What a file did not have yet is zeros.
  void put_page(std::string& bytes, std::size_t page, std::size_t moment) const {
    const std::string& from = moments_[moment];
    const std::size_t begin = page * kPage;
    const std::size_t end = std::min(begin + kPage, bytes.size());
    const std::size_t there = std::clamp(from.size(), begin, end) - begin;
    if (there > 0) bytes.replace(begin, there, from, begin, there);
    bytes.replace(begin + there, end - begin - there, end - begin - there, '\0');
  }

  std::string path_;
  std::vector<std::string> moments_;  // the first is the sync
};

}  // namespace logq::test
