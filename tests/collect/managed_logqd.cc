#include "collect/managed_logqd.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <stdexcept>

#include "support/child_process.h"
#include "support/descriptor_limit.h"
#include "support/unix_socket.h"

namespace logq::test {
namespace {

constexpr int kFirstPassed = 3;
constexpr int kHighNumbers = 6000;  // beyond all that are passed

// In the child: puts `fds` where a manager puts them. Nothing here may allocate, since the parent
// has threads.
void place(const std::vector<int>& fds, std::vector<int>& high) {
  for (std::size_t i = 0; i < fds.size(); ++i)
    high[i] = ::fcntl(fds[i], F_DUPFD_CLOEXEC, kHighNumbers);
  for (std::size_t i = 0; i < fds.size(); ++i)
    ::dup2(high[i], kFirstPassed + static_cast<int>(i));
}

std::string value_of(const std::string& text, const std::string& key) {
  const std::size_t at = ("\n" + text).find("\n" + key + "=");
  if (at == std::string::npos) return {};
  const std::size_t begin = at + key.size() + 1;
  return text.substr(begin, text.find('\n', begin) - begin);
}

}  // namespace

FdKeeper::FdKeeper() : socket_(bind_unix(notify_socket(), SOCK_DGRAM)) {
  receiver_ = std::thread([this] {
    while (!over_) {
      pollfd waiting{socket_.get(), POLLIN, 0};
      if (::poll(&waiting, 1, 20) > 0) receive();
    }
  });
}

FdKeeper::~FdKeeper() {
  over_ = true;
  receiver_.join();
}

void FdKeeper::receive() {
  std::array<char, 4096> text{};
  alignas(cmsghdr) std::array<unsigned char, 256> control{};
  iovec data{text.data(), text.size()};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  const ssize_t size = ::recvmsg(socket_.get(), &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
  if (size < 0) return;
  base::UniqueFd fd;
  for (cmsghdr* at = CMSG_FIRSTHDR(&message); at != nullptr; at = CMSG_NXTHDR(&message, at)) {
    int number = -1;
    if (at->cmsg_type != SCM_RIGHTS) continue;
    std::memcpy(&number, CMSG_DATA(at), sizeof number);
    fd.reset(number);
  }
  const std::string said(text.data(), static_cast<std::size_t>(size));
  const std::string name = value_of(said, "FDNAME").empty() ? "stored" : value_of(said, "FDNAME");
  const std::lock_guard lock(mutex_);
  if (value_of(said, "READY") == "1") ++ready_;
  if (value_of(said, "FDSTORE") == "1" && fd.is_open()) fds_.emplace(name, std::move(fd));
  if (value_of(said, "FDSTOREREMOVE") == "1") fds_.erase(name);
}

std::size_t FdKeeper::stored() const {
  const std::lock_guard lock(mutex_);
  return fds_.size();
}

std::size_t FdKeeper::ready() const {
  const std::lock_guard lock(mutex_);
  return ready_;
}

void FdKeeper::put(const std::string& name, base::UniqueFd fd) {
  const std::lock_guard lock(mutex_);
  fds_.emplace(name, std::move(fd));
}

void FdKeeper::forget_all() {
  const std::lock_guard lock(mutex_);
  fds_.clear();
}

std::vector<FdKeeper::Kept> FdKeeper::kept() const {
  const std::lock_guard lock(mutex_);
  std::vector<Kept> all;
  for (const auto& [name, fd] : fds_)
    all.push_back({name, fd.get()});
  return all;
}

ManagedLogqd::ManagedLogqd()
    : runtime_dir_(directory_.path() + "/run"),
      own_keeper_(std::make_unique<FdKeeper>()),
      keeper_(own_keeper_.get()) {
  ::mkdir(runtime_dir_.c_str(), 0700);
  listen();
}

ManagedLogqd::ManagedLogqd(const std::string& runtime_dir, FdKeeper& keeper)
    : runtime_dir_(runtime_dir),
      keeper_(&keeper) {
  listen();
}

ManagedLogqd::~ManagedLogqd() {
  if (pid_ <= 0) return;
  signal_process(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

void ManagedLogqd::listen() {
  raise_descriptor_limit();
  ::mkdir(storage_dir().c_str(), 0700);
  native_ = bind_unix(native_socket(), SOCK_DGRAM);
  syslog_ = bind_unix(syslog_socket(), SOCK_DGRAM);
  streams_ = bind_unix(stdout_socket(), SOCK_STREAM);
  batches_ = bind_unix(runtime_dir_ + "/logq", SOCK_SEQPACKET);
  configure("");
  start();
}

void ManagedLogqd::start() {
  // The stored ones first: numbers say nothing.
  std::vector<int> fds;
  std::string names;
  for (const FdKeeper::Kept& kept : keeper_->kept()) {
    fds.push_back(kept.fd);
    names += kept.name + ":";
  }
  fds.insert(fds.end(), {native_.get(), syslog_.get(), streams_.get(), batches_.get()});
  std::vector<int> high(fds.size());
  const std::string environment = "LISTEN_FDNAMES=" + names + "socket:dev-log:stdout:logq";
  const std::string count = "LISTEN_FDS=" + std::to_string(fds.size());
  const std::string notify = "NOTIFY_SOCKET=" + keeper_->notify_socket();
  const std::string run = "--runtime-dir=" + runtime_dir_;
  const std::string store = "--storage-dir=" + storage_dir();
  const std::string config = "--config=" + directory_.path() + "/logqd.conf";
  const std::string err = directory_.path() + "/err";
  const std::size_t ready = keeper_->ready();
  pid_ = ::fork();
  if (pid_ == 0) {
    ::dup2(::open(err.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600), STDERR_FILENO);
    place(fds, high);
    // The shell, because only the process itself knows LISTEN_PID.
    ::execlp("env", "env", environment.c_str(), count.c_str(), notify.c_str(), "sh", "-c",
             "LISTEN_PID=$$ exec \"$@\"", "sh", LOGQ_BIN_DIR "/logqd", run.c_str(), store.c_str(),
             config.c_str(), nullptr);
    ::_exit(127);
  }
  if (!wait_until([&] { return keeper_->ready() > ready; })) {
    throw std::runtime_error("logqd does not become ready: " + this->err());
  }
}

void ManagedLogqd::configure(const std::string& settings) const {
  write_text_file(directory_.path() + "/logqd.conf", "[Journal]\n" + settings);
}

void ManagedLogqd::end(int signal) {
  int status = 0;
  signal_process(pid_, signal);
  ::waitpid(pid_, &status, 0);
  pid_ = -1;
  if (signal == SIGTERM && status != 0)
    throw std::runtime_error("logqd did not end well: " + err());
}

void ManagedLogqd::sync() const {
  const std::string stamp = runtime_dir_ + "/synced";
  const std::string before = read_text_file(stamp);
  signal_process(pid_, SIGRTMIN + 1);
  if (!wait_until([&] { return read_text_file(stamp) != before; })) {
    throw std::runtime_error("logqd does not sync");
  }
}

std::string ManagedLogqd::err() const {
  return read_text_file(directory_.path() + "/err");
}

std::vector<JournalFields> ManagedLogqd::lines() const {
  const auto read = run_command(
      {{"journalctl", "-q", "-a", "-D", storage_dir(), "-o", "export", "_TRANSPORT=stdout"},
       {},
       {},
       std::chrono::seconds{300}});
  return parse_export(read.out);
}

std::vector<std::string> ManagedLogqd::messages() const {
  std::vector<std::string> texts;
  for (const JournalFields& line : lines())
    texts.push_back(line.at("MESSAGE"));
  return texts;
}

std::vector<std::string> ManagedLogqd::state_files() const {
  std::vector<std::string> names;
  if (!std::filesystem::exists(streams_dir())) return names;
  for (const auto& entry : std::filesystem::directory_iterator(streams_dir()))
    names.push_back(entry.path().filename().string());
  std::ranges::sort(names);
  return names;
}

}  // namespace logq::test
