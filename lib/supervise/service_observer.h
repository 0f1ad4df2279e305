// ServiceObserver: is told what becomes of a service while that happens. It may look, and must not
// order anything of the service then.
#pragma once

#include "supervise/service_state.h"

namespace logq::supervise {

class ServiceObserver {
 public:
  ServiceObserver() = default;
  ServiceObserver(const ServiceObserver&) = delete;
  ServiceObserver& operator=(const ServiceObserver&) = delete;
  virtual ~ServiceObserver() = default;

  // Its state or its main process is another one. What it is on its way through is told too.
  virtual void state_changed() = 0;
  // What was asked for has come to an end.
  virtual void job_done(JobType type, JobResult result) = 0;
  // It has ended, and nothing will start it again by itself.
  virtual void came_to_rest() = 0;
};

}  // namespace logq::supervise
