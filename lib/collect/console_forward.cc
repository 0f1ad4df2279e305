#include "collect/console_forward.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>

#include "base/clock.h"
#include "base/io.h"

namespace logq::collect {
namespace {

constexpr std::uint64_t kFirstDelayUsec = 20'000;
constexpr std::uint64_t kLongestDelayUsec = 1'000'000;

void append_time(std::uint64_t monotonic_usec, std::string& out) {
  std::array<char, 40> text{};
  const int size = std::snprintf(text.data(), text.size(), "[%5llu.%06llu] ",
                                 static_cast<unsigned long long>(monotonic_usec / 1'000'000),
                                 static_cast<unsigned long long>(monotonic_usec % 1'000'000));
  out.append(text.data(), static_cast<std::size_t>(size));
}

// Nobody looks where there is no terminal.
bool is_absent(int error) {
  return error == ENOENT || error == ENXIO || error == ENODEV || error == EACCES || error == EPERM;
}

}  // namespace

bool ConsoleForward::is_prefixed_by_kernel() {
  const auto text = base::read_small_file("/sys/module/printk/parameters/time", 16);
  return !text.has_value() || !text->starts_with('N');
}

ConsoleForward::~ConsoleForward() {
  sd_event_source_disable_unref(timer_);
}

Result<void> ConsoleForward::start(sd_event* event) {
  const int status = sd_event_add_time(event, &timer_, CLOCK_MONOTONIC, 0, kFirstDelayUsec,
                                       &ConsoleForward::on_timer, this);
  if (status < 0) return fail(Error::system(-status, "sd_event_add_time"));
  sd_event_source_set_enabled(timer_, SD_EVENT_OFF);
  if (!lines_.empty()) wait();
  return {};
}

int ConsoleForward::on_timer(sd_event_source* /*source*/, std::uint64_t /*usec*/, void* self) {
  auto* console = static_cast<ConsoleForward*>(self);
  console->is_waiting_ = false;
  console->show();
  return 0;
}

void ConsoleForward::wait() {
  if (timer_ == nullptr) return;
  delay_usec_ = std::clamp(2 * delay_usec_, kFirstDelayUsec, kLongestDelayUsec);
  sd_event_source_set_time(timer_, base::Clock::system().now().monotonic_usec + delay_usec_);
  sd_event_source_set_enabled(timer_, SD_EVENT_ONESHOT);
  is_waiting_ = true;
}

void ConsoleForward::forward(const ForwardedMessage& message) {
  if (message.level() > options_.level_max) return;
  std::string line;
  if (options_.has_prefix) append_time(base::Clock::system().now().monotonic_usec, line);
  append_tagged(message, line);
  line += '\n';
  if (!lines_.push(std::move(line))) return missed_.add();
  if (!is_waiting_) show();
}

// Writes what the terminal takes.
void ConsoleForward::show() {
  if (lines_.empty()) return;
  const auto tty = base::open_file(options_.tty_path, O_WRONLY | O_NONBLOCK | O_NOCTTY);
  if (!tty.has_value() && is_absent(tty.error().sys_errno)) {
    lines_.clear();
    return;
  }
  bool took = tty.has_value();
  while (took && !lines_.empty()) {
    const std::string_view line = lines_.front();
    const ssize_t size = ::write(tty->get(), line.data(), line.size());
    took = size > 0 || (size < 0 && errno == EINTR);
    if (size <= 0) continue;
    delay_usec_ = 0;
    lines_.take(static_cast<std::size_t>(size));
  }
  if (!lines_.empty()) wait();
}

void ConsoleForward::give_up() {
  missed_.add(lines_.size());
  lines_.clear();
}

void ConsoleForward::finish() {
  show();
  give_up();
}

}  // namespace logq::collect
