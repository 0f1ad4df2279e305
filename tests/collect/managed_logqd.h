// A logqd under a service manager as small as can be: it owns the listening sockets, keeps the
// descriptors it is told to keep (FDSTORE=1), and passes all of them on at the next start.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/unique_fd.h"
#include "support/child_process.h"
#include "support/stock_journald.h"
#include "support/temp_dir.h"

namespace logq::test {

// The manager's socket and store. Receives on a thread of its own, as soon as something is sent.
class FdKeeper {
 public:
  FdKeeper();
  FdKeeper(const FdKeeper&) = delete;
  FdKeeper& operator=(const FdKeeper&) = delete;
  ~FdKeeper();

  [[nodiscard]] std::string notify_socket() const { return directory_.path() + "/notify"; }
  [[nodiscard]] std::size_t stored() const;  // descriptors at present
  [[nodiscard]] std::size_t ready() const;   // how often READY=1 was said
  void put(const std::string& name, base::UniqueFd fd);
  void forget_all();

  struct Kept {
    std::string name;
    int fd = -1;
  };
  [[nodiscard]] std::vector<Kept> kept() const;

 private:
  void receive();

  TempDir directory_;
  base::UniqueFd socket_;
  mutable std::mutex mutex_;
  std::multimap<std::string, base::UniqueFd> fds_;
  std::size_t ready_ = 0;
  std::atomic<bool> over_ = false;
  std::thread receiver_;
};

class ManagedLogqd {
 public:
  ManagedLogqd();  // with directories of its own
  // In the runtime directory of somebody who has stopped; sockets there are replaced. `keeper` must
  // outlive this object.
  ManagedLogqd(const std::string& runtime_dir, FdKeeper& keeper);
  ManagedLogqd(const ManagedLogqd&) = delete;
  ManagedLogqd& operator=(const ManagedLogqd&) = delete;
  ~ManagedLogqd();

  [[nodiscard]] std::string runtime_dir() const { return runtime_dir_; }
  [[nodiscard]] std::string streams_dir() const { return runtime_dir_ + "/streams"; }
  [[nodiscard]] std::string storage_dir() const { return directory_.path() + "/store"; }
  [[nodiscard]] std::string stdout_socket() const { return runtime_dir_ + "/stdout"; }
  [[nodiscard]] std::string native_socket() const { return runtime_dir_ + "/socket"; }
  [[nodiscard]] std::string syslog_socket() const { return runtime_dir_ + "/dev-log"; }
  [[nodiscard]] FdKeeper& keeper() { return *keeper_; }
  [[nodiscard]] std::string err() const;  // of all starts

  void configure(const std::string& settings) const;  // of the next start
  void start();                                       // and waits until it is ready
  void end(int signal);  // and waits; throws when SIGTERM does not lead to status 0
  void sync() const;     // everything sent before is stored

  // What the streams logged, oldest first.
  [[nodiscard]] std::vector<JournalFields> lines() const;
  [[nodiscard]] std::vector<std::string> messages() const;
  [[nodiscard]] std::vector<std::string> state_files() const;

 private:
  void listen();

  TempDir directory_;
  std::string runtime_dir_;
  std::unique_ptr<FdKeeper> own_keeper_;
  FdKeeper* keeper_ = nullptr;
  base::UniqueFd native_;
  base::UniqueFd syslog_;
  base::UniqueFd streams_;
  base::UniqueFd batches_;
  pid_t pid_ = -1;
};

}  // namespace logq::test
