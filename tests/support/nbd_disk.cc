#include "support/nbd_disk.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace logq::test {
namespace {

bool is_installed(const std::string& program) {
  constexpr std::string_view kPlaces[] = {"/usr/bin/", "/usr/sbin/", "/bin/", "/sbin/"};
  for (const std::string_view place : kPlaces) {
    if (::access((std::string(place) + program).c_str(), X_OK) == 0) return true;
  }
  return false;
}

// Once in a process.
bool enter_private_mounts() {
  static const bool entered = ::unshare(CLONE_NEWNS) == 0 &&
                              ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
  return entered;
}

void run_or_throw(std::vector<std::string> argv) {
  const std::string name = argv.front();
  const CommandResult result =
      run_command({.argv = std::move(argv),
                   .environment = {{"PATH", "/usr/sbin:/usr/bin:/sbin:/bin"}},
                   .input = ""});
  if (result.status != 0) throw std::runtime_error(name + " failed: " + result.err);
}

std::unique_ptr<ChildProcess> start_server(std::vector<std::string> argv) {
  return std::make_unique<ChildProcess>(
      Command{.argv = std::move(argv), .environment = {}, .input = "", .dies_with_test = true});
}

// Drops clean pages of a file from the page cache.
void forget(const std::string& path, std::uint64_t offset) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const bool forgotten = ::fsync(fd) == 0 && ::posix_fadvise(fd, static_cast<off_t>(offset), 0,
                                                             POSIX_FADV_DONTNEED) == 0;
  ::close(fd);
  if (!forgotten) throw std::runtime_error("cannot drop the pages of " + path);
}

// Zeros stay holes, so a copy costs what has been written.
void copy_image(const std::string& from, const std::string& to) {
  run_or_throw({"cp", "--sparse=always", from, to});
}

}  // namespace

std::string NbdDisk::unavailable() {
  if (::geteuid() != 0) return "a disk of one's own needs root";
  for (const char* program : {"nbdkit", "nbdfuse", "mkfs.ext4", "mount"}) {
    if (!is_installed(program)) return std::string(program) + " is not installed";
  }
  for (const char* device : {"/dev/fuse", "/dev/loop-control"}) {
    if (::access(device, R_OK | W_OK) != 0) return std::string("there is no ") + device;
  }
  if (!enter_private_mounts()) return "there may be no mount namespaces here";
  static const std::string cannot = []() -> std::string {
    try {
      const NbdDisk trial("16M");
    } catch (const std::exception& error) {
      return std::string("a disk cannot be made here: ") + error.what();
    }
    return "";
  }();
  return cannot;
}

NbdDisk::NbdDisk(const std::string& size, Journal journal) {
  const std::string& at = directory_.path();
  const std::string image = at + "/image";
  const std::string socket = at + "/socket";
  run_or_throw({"truncate", "-s", size, image});
  run_or_throw({"mkfs.ext4", "-q", "-F", "-E", "nodiscard", "-O",
                journal == Journal::kYes ? "has_journal" : "^has_journal", image});
  server_ =
      start_server({"nbdkit", "-f", "-U", socket, "--filter=error", "file", image, "error=EIO",
                    "error-pwrite-rate=100%", "error-pwrite-file=" + at + "/fail",
                    "error-zero-rate=100%", "error-zero-file=" + at + "/fail",
                    "error-pread-rate=100%", "error-pread-file=" + at + "/fail-reads"});
  if (!wait_until([&] { return accepts_connections(socket, SOCK_STREAM); })) {
    throw std::runtime_error("nbdkit does not listen: " + server_->err());
  }
  write_text_file(at + "/disk", "");
  fuse_ = start_server({"nbdfuse", at + "/disk", "--unix", socket});
  if (!wait_until([&] { return std::filesystem::file_size(at + "/disk") > 0; })) {
    throw std::runtime_error("nbdfuse shows no disk: " + fuse_->err());
  }
  ::mkdir(mount_point().c_str(), 0755);
  run_or_throw({"mount", "-t", "ext4", "-o", "loop", at + "/disk", mount_point()});
}

NbdDisk::~NbdDisk() {
  server_->signal(SIGCONT);
  unmount(mount_point());
  unmount(directory_.path() + "/disk");
}

void NbdDisk::copy_frozen(const std::string& to, const std::function<void()>& meanwhile) const {
  server_->signal(SIGSTOP);
  int status = 0;
  if (::waitpid(server_->pid(), &status, WUNTRACED) < 0 || !WIFSTOPPED(status)) {
    throw std::runtime_error("nbdkit has ended: " + server_->err());
  }
  meanwhile();
  copy_image(directory_.path() + "/image", to);
  server_->signal(SIGCONT);
}

void NbdDisk::fail_writes() const {
  write_text_file(directory_.path() + "/fail", "");
}

void NbdDisk::fail_reads(const std::string& path, std::uint64_t offset) const {
  write_text_file(directory_.path() + "/fail-reads", "");
  forget(path, offset);
  forget(directory_.path() + "/disk", 0);
}

void NbdDisk::heal() const {
  std::filesystem::remove(directory_.path() + "/fail-reads");
  std::filesystem::remove(directory_.path() + "/fail");
}

MountedImage::MountedImage(const std::string& image, std::string mount_point)
    : mount_point_(std::move(mount_point)) {
  ::mkdir(mount_point_.c_str(), 0755);
  run_or_throw({"mount", "-t", "ext4", "-o", "loop", image, mount_point_});
}

MountedImage::~MountedImage() {
  unmount(mount_point_);
}

bool mount_memory(const std::string& mount_point, const std::string& size) {
  return enter_private_mounts() &&
         ::mount("tmpfs", mount_point.c_str(), "tmpfs", 0, ("size=" + size).c_str()) == 0;
}

void unmount(const std::string& mount_point) {
  if (::umount2(mount_point.c_str(), 0) != 0) ::umount2(mount_point.c_str(), MNT_DETACH);
}

}  // namespace logq::test
