// TemplateControl: where instances of a template are asked for: in the control directory of the
// template itself, "web@.service", which one tree has. Each instance has its own from then on
// (docs/service-control.md). Not thread-safe.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "logq/result.h"
#include "supervise/control_directory.h"
#include "supervise/control_order.h"
#include "supervise/control_socket.h"
#include "supervise/event_loop.h"
#include "supervise/tree_host.h"

namespace logq::supervise {

class TemplateControl {
 public:
  // Asks the tree for an instance. Why it cannot be had; empty where that is still to be seen.
  using Begin = std::function<std::string(const std::string& instance)>;

  // `name` is the template's. Borrows the loop.
  [[nodiscard]] static Result<std::unique_ptr<TemplateControl>> create(
      std::unique_ptr<ControlDirectory> directory, std::string name, EventLoop& loop, Begin begin);

  // To be told what the tree answers.
  void answered(const std::string& instance, TreeAnswer answer);

 private:
  TemplateControl(std::unique_ptr<ControlDirectory> directory, std::string name, Begin begin);
  Result<void> prepare(EventLoop& loop);
  void read_letters();
  void take_line(ControlSocket::Client client, std::string_view line);
  void start(ControlSocket::Client client, const ControlOrder& order);

  const std::unique_ptr<ControlDirectory> directory_;
  const std::string name_;
  const Begin begin_;
  std::unique_ptr<ControlSocket> socket_;
  EventSource letters_;
  std::map<std::string, ControlSocket::Client> waiting_;  // by the instance
};

}  // namespace logq::supervise
