// An event loop of a test's own. What was started on it must be gone before it is.
#pragma once

#include <gtest/gtest.h>
#include <systemd/sd-event.h>

namespace logq::collect {

class TestEvent {
 public:
  TestEvent() { EXPECT_GE(sd_event_new(&event_), 0); }
  TestEvent(const TestEvent&) = delete;
  TestEvent& operator=(const TestEvent&) = delete;
  ~TestEvent() { sd_event_unref(event_); }

  [[nodiscard]] sd_event* get() const { return event_; }

 private:
  sd_event* event_ = nullptr;
};

}  // namespace logq::collect
