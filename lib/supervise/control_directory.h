// ControlDirectory: where a supervised service is found and asked: UNIT/supervise/ with lock, ok,
// control, status, in the forms of daemontools and runit, and socket, for logq-svc.
//
// Exists as long as its owner does; what a killed one has left is taken over. Not thread-safe.
#pragma once

#include <memory>
#include <string>

#include "base/unique_fd.h"
#include "logq/result.h"
#include "supervise/supervisor_status.h"

namespace logq::supervise {

class ControlDirectory {
 public:
  // `path`: of the unit, without "/supervise". kBusy: another process has it.
  [[nodiscard]] static Result<std::unique_ptr<ControlDirectory>> open(const std::string& path);
  ControlDirectory(const ControlDirectory&) = delete;
  ControlDirectory& operator=(const ControlDirectory&) = delete;
  ~ControlDirectory();

  [[nodiscard]] int control() const { return control_.get(); }    // letters are read here
  [[nodiscard]] std::string read_letters() const;                 // some that are there
  [[nodiscard]] int listener() const { return listener_.get(); }  // of the socket
  // From now on nobody finds it, and another one may take its place.
  void remove();
  // Nothing there is there half, or is made durable.
  Result<void> write_status(const SupervisedState& state);

 private:
  explicit ControlDirectory(std::string path) : path_(std::move(path)) {}
  Result<bool> take();
  Result<void> fill();
  Result<base::UniqueFd> make_pipe(const char* name);

  const std::string path_;
  base::UniqueFd directory_;  // supervise/
  base::UniqueFd lock_;
  base::UniqueFd ok_;
  base::UniqueFd control_;
  base::UniqueFd listener_;
};

// A connection to the socket of the unit in `path`. It may wait for that, at most as long as
// `patience_seconds`; reading from it may then, too. ECONNREFUSED: nobody is there any more.
[[nodiscard]] Result<base::UniqueFd> connect_to_control(const std::string& path,
                                                        int patience_seconds);

}  // namespace logq::supervise
