// The part of Collector that deals with where messages go besides the journal.
#include "collect/collector.h"

namespace logq::collect {

Forwards::Options Collector::forward_options() const {
  Forwards::Options options;
  options.everything = {options_.forward_to_syslog, options_.forward_to_kmsg,
                        options_.forward_to_console, options_.forward_to_wall.value_or(false)};
  options.syslog = {options_.runtime_dir + "/syslog", options_.max_level_syslog};
  options.kmsg = {options_.kmsg_path, options_.max_level_kmsg};
  options.console.tty_path = options_.tty_path;
  options.console.level_max = options_.max_level_console;
  options.wall.level_max = options_.max_level_wall;
  options.socket = {options_.forward_to_socket, options_.max_level_socket};
  return options;
}

void Collector::make_forwards() {
  forwards_ = std::make_unique<Forwards>(forward_options());
}

void Collector::change_forwards() {
  forwards_->configure(forward_options());
  if (kernel_ != nullptr) kernel_->set_ignore_users(options_.forward_to_kmsg);
}

void Collector::report_missed(std::uint64_t now_usec) {
  forwards_->report_missed(now_usec, [this](std::string_view place, std::uint64_t count) {
    driver_->forward_missed(place, count);
  });
}

}  // namespace logq::collect
