#include "collect/io_watch.h"

#include <sys/epoll.h>

#include <utility>

namespace logq::collect {

Result<void> IoWatch::start(sd_event* event,
                            int fd,
                            std::int64_t priority,
                            std::function<void()> on_readable) {
  on_readable_ = std::move(on_readable);
  const int status = sd_event_add_io(event, &source_, fd, EPOLLIN, &IoWatch::on_event, this);
  if (status < 0) return fail(Error::system(-status, "sd_event_add_io"));
  sd_event_source_set_priority(source_, priority);
  return {};
}

void IoWatch::stop() {
  source_ = sd_event_source_disable_unref(source_);
}

int IoWatch::on_event(sd_event_source* /*source*/,
                      int /*fd*/,
                      std::uint32_t /*events*/,
                      void* self) {
  static_cast<IoWatch*>(self)->on_readable_();
  return 0;
}

}  // namespace logq::collect
