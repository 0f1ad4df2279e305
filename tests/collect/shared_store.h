// A store in memory that a process shares with the one that looks what a kill would leave: of what
// was appended there is always a prefix, as of a journal file.
#pragma once

#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collect/entry_store.h"

namespace logq::collect {

// Takes the messages of entries, which must have one; "refused" it does not take.
class SharedStore final : public EntryStore {
 public:
  using Messages = std::vector<std::string>;

  explicit SharedStore(const Messages& messages = {}) {
    void* memory = ::mmap(nullptr, sizeof(Contents), PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::runtime_error("mmap");
    contents_ = static_cast<Contents*>(memory);
    for (const std::string& message : messages)
      add(message);
  }
  SharedStore(const SharedStore&) = delete;
  SharedStore& operator=(const SharedStore&) = delete;
  ~SharedStore() override { ::munmap(contents_, sizeof(Contents)); }

  // Called when the first number is asked for.
  void before_storing(std::function<void()> call) { before_storing_ = std::move(call); }

  [[nodiscard]] std::uint64_t next_seqnum() const override {
    if (const auto call = std::exchange(before_storing_, nullptr)) call();
    return size() + 1;
  }
  Result<std::uint64_t> append(const journal::EntryTime& /*time*/,
                               std::span<const std::string_view> payloads) override {
    // Among the first fields: each step of a search costs much.
    constexpr std::string_view kName = "MESSAGE=";
    const auto is_message = [](std::string_view field) { return field.starts_with(kName); };
    const auto found = std::find_if(payloads.begin(), payloads.end(), is_message);
    const std::string_view message = found->substr(kName.size());
    if (message == "refused") return fail(Error::make(Errc::kInvalidArgument, "refused"));
    add(message);
    return size();
  }

  [[nodiscard]] std::size_t size() const { return contents_->count.load(); }
  [[nodiscard]] Messages messages() const {
    Messages all;
    for (std::size_t i = 0; i < size(); ++i)
      all.emplace_back(contents_->messages[i].data());
    return all;
  }

 private:
  struct Contents {
    std::atomic<std::size_t> count;
    std::array<std::array<char, 16>, 1024> messages;
  };
  void add(std::string_view message) {
    std::ranges::copy(message.substr(0, 15), contents_->messages.at(size()).begin());
    contents_->count.store(size() + 1);
  }

  Contents* contents_;
  mutable std::function<void()> before_storing_;
};

}  // namespace logq::collect
