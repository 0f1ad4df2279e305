// TreeObserver: is told what becomes of requests to a tree and of its instances, when the tree has
// dealt with everything. It may order anything then, and destroy what was said to be gone.
#pragma once

#include <string>

#include "supervise/tree_host.h"

namespace logq::supervise {

class TreeObserver {
 public:
  TreeObserver() = default;
  TreeObserver(const TreeObserver&) = delete;
  TreeObserver& operator=(const TreeObserver&) = delete;
  virtual ~TreeObserver() = default;

  // An instance is no child any more, or has not become one: its runner is not used from now on.
  virtual void instance_gone(const std::string& name) = 0;
  // Of a request to start or stop that child. One that has failed for good is gone before.
  virtual void request_answered(const std::string& name, TreeAnswer answer) = 0;
};

}  // namespace logq::supervise
