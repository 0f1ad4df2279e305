#include "collect/wall_forward.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <ctime>

#include "base/host_name.h"
#include "base/io.h"
#include "collect/limits.h"

namespace logq::collect {
namespace {

// Whether all of `text` went to the terminal, or nobody is there to see it.
bool show(const std::string& path, const std::string& text) {
  const auto tty = base::open_file(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW);
  // Records of logins outlive their terminals, and people may refuse messages.
  if (!tty.has_value() || ::isatty(tty->get()) == 0) return true;
  return ::write(tty->get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

void append_date(std::uint64_t realtime_usec, std::string& out) {
  const auto seconds = static_cast<std::time_t>(realtime_usec / 1'000'000);
  std::tm broken_down{};
  std::array<char, 64> text{};
  if (::localtime_r(&seconds, &broken_down) == nullptr) return;
  out.append(text.data(),
             std::strftime(text.data(), text.size(), "%a %Y-%m-%d %H:%M:%S %Z", &broken_down));
}

// As wall(1) does: nobody may move another's cursor or type on his keyboard.
void append_visible(std::string_view text, std::string& out) {
  for (const char c : text) {
    if (c == '\n') {
      out += "\r\n";
    } else if ((static_cast<unsigned char>(c) < ' ' && c != '\t') || c == 0x7f) {
      out += {'^', static_cast<char>(c ^ 0x40)};
    } else {
      out += c;
    }
  }
}

}  // namespace

std::string compose_wall(const ForwardedMessage& message, const std::string& hostname) {
  std::string text = "\a\r\nBroadcast message from logqd@" + hostname + " (";
  append_date(message.realtime_usec, text);
  text += "):\r\n\r\n";
  std::string tagged;
  append_tagged(message, tagged);
  tagged.resize(std::min(tagged.size(), kWallTextBytesMax));
  append_visible(tagged, text);
  return text + "\r\n\r\n";
}

bool WallForward::is_too_many(std::uint64_t now_monotonic_usec) {
  if (now_monotonic_usec >= window_began_usec_ + kWallWindowUsec) {
    window_began_usec_ = now_monotonic_usec;
    shown_in_window_ = 0;
  }
  return ++shown_in_window_ > kWallsPerWindow;
}

void WallForward::forward(const ForwardedMessage& message, std::uint64_t now_monotonic_usec) {
  if (is_too_many(now_monotonic_usec)) {
    missed_.add();
    return;
  }
  const std::string text = compose_wall(message, base::host_name());
  bool seen = true;
  for (const std::string& terminal : find_terminals(options_.logins))
    seen = show(terminal, text) && seen;
  if (!seen) missed_.add();
}

}  // namespace logq::collect
