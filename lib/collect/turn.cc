#include "collect/turn.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <cerrno>
#include <utility>

#include "base/try.h"
#include "collect/event_result.h"

namespace logq::collect {

Result<void> Turn::start(sd_event* event, std::function<void()> on_turn) {
  always_readable_.reset(::eventfd(1, EFD_CLOEXEC));
  if (!always_readable_.is_open()) return fail(Error::system(errno, "eventfd"));
  on_turn_ = std::move(on_turn);
  LOGQ_TRY(event_result(
      sd_event_add_io(event, &source_, always_readable_.get(), EPOLLIN, &on_event, this),
      "sd_event_add_io"));
  return event_result(sd_event_source_set_enabled(source_, SD_EVENT_OFF),
                      "sd_event_source_set_enabled");
}

void Turn::stop() {
  source_ = sd_event_source_disable_unref(source_);
  on_ = false;
}

void Turn::set(bool on) {
  if (on == on_ || source_ == nullptr) return;
  on_ = on;
  sd_event_source_set_enabled(source_, on ? SD_EVENT_ON : SD_EVENT_OFF);
}

int Turn::on_event(sd_event_source* /*source*/, int /*fd*/, std::uint32_t /*events*/, void* self) {
  static_cast<Turn*>(self)->on_turn_();
  return 0;
}

}  // namespace logq::collect
