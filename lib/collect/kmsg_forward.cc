#include "collect/kmsg_forward.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>
#include <utility>

#include "base/io.h"

namespace logq::collect {
namespace {

// Since Linux 6.2 a write of more than PRINTKRB_RECORD_MAX, 1024 bytes, is refused; before it was
// LOG_LINE_MAX, 1024 less the room for a prefix of up to 48.
constexpr std::size_t kLineMax = 1024 - 48;

// At most `most` bytes of `text`, and no cut through a UTF-8 character.
std::string_view cut(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  for (std::size_t back = 0; back < 3 && (text[most] & 0xc0) == 0x80; ++back)
    --most;
  return text.substr(0, most);
}

}  // namespace

void KmsgForward::configure(Options options) {
  options_ = std::move(options);
  device_.reset();
  is_refused_ = false;
}

void KmsgForward::forward(const ForwardedMessage& message) {
  if (message.level() > options_.level_max || is_refused_) return;
  if (!device_.is_open()) {
    auto opened = base::open_file(options_.path, O_WRONLY | O_NONBLOCK | O_NOCTTY);
    // Where there is none, or none for us, nobody misses anything.
    is_refused_ = !opened.has_value();
    if (is_refused_) return;
    device_ = std::move(*opened);
  }
  composed_.assign("<").append(std::to_string(user_priority(message.priority))).append(">");
  append_tagged(message, composed_);
  composed_.resize(cut(composed_, kLineMax - 1).size());
  composed_.append("\n");
  ssize_t written = 0;
  do {
    written = ::write(device_.get(), composed_.data(), composed_.size());
  } while (written < 0 && errno == EINTR);
  if (written < 0) missed_.add();
}

}  // namespace logq::collect
