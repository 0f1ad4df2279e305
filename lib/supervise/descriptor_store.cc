#include "supervise/descriptor_store.h"

#include <linux/kcmp.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

namespace logq::supervise {
namespace {

// False also where the kernel does not tell (seccomp, no CONFIG_KCMP): then both are kept.
bool is_same_open_file(int one, int other) {
  const pid_t self = ::getpid();
  return ::syscall(SYS_kcmp, self, self, KCMP_FILE, one, other) == 0;
}

}  // namespace

DescriptorStore::DescriptorStore(EventLoop& loop,
                                 std::size_t most,
                                 std::function<void(const std::string&)> hung_up)
    : loop_(loop),
      most_(most),
      hung_up_(std::move(hung_up)) {}

DescriptorStore::Outcome DescriptorStore::add(base::UniqueFd fd, std::string name, bool is_polled) {
  if (stored_.size() >= most_) return Outcome::kNoRoom;
  const auto is_it = [&](const Stored& one) { return is_same_open_file(one.fd.get(), fd.get()); };
  if (std::ranges::any_of(stored_, is_it)) return Outcome::kThereAlready;
  stored_.push_front({std::move(fd), std::move(name), {}});
  if (!is_polled) return Outcome::kStored;
  const auto place = stored_.begin();
  // What cannot be polled, like a file, cannot hang up either.
  auto watched = loop_.watch(place->fd.get(), 0, Turn::kWord, [this, place](std::uint32_t events) {
    if ((events & (EPOLLHUP | EPOLLERR)) == 0) return;
    const std::string of = std::move(place->name);
    stored_.erase(place);
    hung_up_(of);
  });
  if (watched) place->watched = *std::move(watched);
  return Outcome::kStored;
}

std::size_t DescriptorStore::remove(std::string_view name) {
  return stored_.remove_if([&](const Stored& one) { return one.name == name; });
}

}  // namespace logq::supervise
