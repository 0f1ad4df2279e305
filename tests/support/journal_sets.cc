#include "support/journal_sets.h"

#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <functional>
#include <stdexcept>

#include "base/ids.h"
#include "base/unique_fd.h"
#include "support/awkward_entries.h"
#include "support/child_process.h"
#include "support/journalctl.h"
#include "support/machine_tree.h"
#include "support/native_sender.h"
#include "support/private_logqd.h"
#include "support/stock_journald.h"
#include "support/unix_socket.h"
#include "wire/stdout_stream.h"

namespace logq::test {
namespace {

namespace fs = std::filesystem;
using namespace std::string_literals;

constexpr uid_t kSomeUser = 1000;

struct Collector {
  std::string native_socket;
  std::string stdout_socket;
  std::string syslog_socket;
  std::function<void()> sync;
  std::function<void()> rotate;
};

JournalSet absent(std::string why) {
  JournalSet set;
  set.missing = std::move(why);
  return set;
}

JournalSet files_in(std::string directory, std::shared_ptr<void> keeper) {
  JournalSet set;
  set.directory = std::move(directory);
  set.keeper = std::move(keeper);
  return set;
}

void send_all(int fd, const std::string& bytes) {
  if (::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(bytes.size())) {
    throw std::runtime_error("cannot send");
  }
}

void print_stream(const Collector& collector,
                  const wire::StreamHeader& header,
                  const std::string& output) {
  const base::UniqueFd fd = connect_unix(collector.stdout_socket, SOCK_STREAM);
  send_all(fd.get(), wire::encode_stream_header(header) + output);
}

void send_natively(NativeSender& sender) {
  for (int priority = 0; priority < 8; ++priority) {
    const std::string level = std::to_string(priority);
    sender.send({{"MESSAGE", "priority " + level}, {"PRIORITY", level}, {"NUMBER", level}});
  }
  sender.send({{"MESSAGE", "line one\nline two\n  line three"}, {"SYSLOG_IDENTIFIER", "lines"}});
  sender.send({{"MESSAGE", "binary \x01\x02 value"}, {"BLOB", "nul \0 inside"s}});
  sender.send({{"MESSAGE", "\x1b[31mred\x1b[0m\ttab"}, {"SYSLOG_IDENTIFIER", "colour"}});
  sender.send({{"MESSAGE", "h\u00e9llo \u65e5\u672c \U0001f600"}, {"SYSLOG_IDENTIFIER", "wide"}});
  sender.send({{"MESSAGE", "invalid \xff\xfe"}, {"SYSLOG_IDENTIFIER", "wide"}});
  sender.send({{"SYSLOG_IDENTIFIER", "no-message"}, {"PRIORITY", "6"}});
  sender.send({{"MESSAGE", "first"}, {"MESSAGE", "second"}, {"TAG", "a"}, {"TAG", "b"}});
  sender.send({{"MESSAGE", std::string(70'000, 'L')}, {"LONG", std::string(5'000, 'y')}});
  sender.send({{"MESSAGE", "about a unit"}, {"UNIT", "hello.service"}, {"PRIORITY", "5"}});
  sender.send({{"MESSAGE", "user unit"}, {"USER_UNIT", "app.service"}, {"PRIORITY", "4"}});
  sender.send({{"MESSAGE", "facility"}, {"SYSLOG_FACILITY", "16"}, {"PRIORITY", "3"}});
}

// From a process of another user, which a collector may give a file of its own.
void send_as_user(const Collector& collector) {
  NativeSender sender(collector.native_socket);
  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error("fork failed");
  if (child == 0) {
    if (::setresuid(kSomeUser, kSomeUser, kSomeUser) != 0) ::_exit(1);
    sender.send({{"MESSAGE", "from a user"}, {"SYSLOG_IDENTIFIER", "user"}, {"PRIORITY", "5"}});
    sender.send({{"MESSAGE", "again"}, {"SYSLOG_IDENTIFIER", "user"}, {"PRIORITY", "3"}});
    ::_exit(0);
  }
  ::waitpid(child, nullptr, 0);
}

void send_syslog(const Collector& collector) {
  if (!fs::exists(collector.syslog_socket)) return;
  const base::UniqueFd fd = connect_unix(collector.syslog_socket, SOCK_DGRAM);
  for (const char* const line :
       {"<13>Oct 11 22:14:15 su[42]: plain", "<34>su: critical", "<165>app: facility 20",
        "no priority at all", "<7>tag[1]:\tdebug", "<86>sshd[99]: Accepted"}) {
    send_all(fd.get(), line);
  }
}

void send_everything(const Collector& collector) {
  NativeSender sender(collector.native_socket);
  for (int part = 0; part < 3; ++part) {
    if (part > 0) collector.rotate();
    send_natively(sender);
    send_as_user(collector);
    print_stream(collector, {"stream", "hello.service", 30, true},
                 "<3>an error\n<6>informed\nplain " + std::to_string(part) + "\n\n  indented\n");
    print_stream(collector, {"", "", 12, false}, "<3>no prefix here\nunfinished");
    send_syslog(collector);
    collector.sync();
  }
}

std::size_t count_archives(const std::string& directory) {
  std::size_t archives = 0;
  for (const auto& entry : fs::directory_iterator(directory)) {
    if (entry.path().filename().string().starts_with("system@")) ++archives;
  }
  return archives;
}

void rotate(const StockJournald& journald) {
  const std::size_t before = count_archives(journald.storage_dir());
  signal_process(journald.pid(), SIGUSR2);
  if (!wait_until([&] { return count_archives(journald.storage_dir()) > before; })) {
    throw std::runtime_error("systemd-journald does not rotate");
  }
}

JournalSet make_journald_set() {
  if (auto why = StockJournald::unavailable()) return absent(*why);
  auto journald = std::make_shared<StockJournald>();
  wait_until([&] { return fs::exists(journald->syslog_socket()); });
  send_everything({journald->native_socket(), journald->stdout_socket(), journald->syslog_socket(),
                   [&] { journald->sync(); }, [&] { rotate(*journald); }});
  journald->stop();
  return files_in(journald->storage_dir(), journald);
}

JournalSet make_logqd_set() {
  auto logqd = std::make_shared<PrivateLogqd>();
  send_everything({logqd->native_socket(), logqd->stdout_socket(),
                   logqd->runtime_dir() + "/dev-log", [&] { logqd->sync(); },
                   [&] { logqd->rotate(); }});
  if (logqd->stop().status != 0) throw std::runtime_error("logqd fails: " + logqd->err());
  return files_in(logqd->storage_dir(), logqd);
}

// What `journalctl --verify` says of them.
bool is_damaged(const std::string& name) {
  return name == "user-1000.journal" || name.find("0005ebbfd4385848") != name.npos ||
         name.find("0005ebbfe89faec4") != name.npos;
}

JournalSet make_no_rtc_set() {
  const fs::path data = LOGQ_TESTDATA_DIR "/journals/no-rtc";
  if (!fs::exists(data)) return absent("no " + data.string());
  auto directory = std::make_shared<TempDir>();
  const std::string all = directory->path() + "/all";
  const std::string intact = directory->path() + "/intact";
  fs::create_directory(all);
  fs::create_directory(intact);
  for (const auto& packed : fs::directory_iterator(data)) {
    if (packed.path().extension() != ".zst") continue;
    const std::string name = packed.path().stem().string();
    const std::string unpacked = all + "/" + name;
    const auto done = run_command({{"zstd", "-dqf", packed.path(), "-o", unpacked}, {}, {}});
    if (done.status != 0) return absent("zstd: " + done.err);
    if (!is_damaged(name)) fs::create_hard_link(unpacked, intact + "/" + name);
  }
  JournalSet set = files_in(all, directory);
  set.intact = intact;
  return set;
}

// Two files: compact with the keyed hash, and regular with the old one.
JournalSet make_awkward_set() {
  auto directory = std::make_shared<TempDir>();
  const std::string path = directory->path();
  const bool made =
      make_journal(path + "/system.journal", awkward_export()) &&
      make_journal(path + "/user-1000.journal", awkward_user_export(),
                   {{"SYSTEMD_JOURNAL_COMPACT", "0"}, {"SYSTEMD_JOURNAL_KEYED_HASH", "0"}});
  if (!made) return absent("systemd-journal-remote is not installed");
  return files_in(path, directory);
}

// A directory that is read as this machine's, and a process in whose mount namespace it is.
struct MachineDirectory {
  TempDir directory;
  std::unique_ptr<ChildProcess> inside;
};

// One namespace for all commands: making one, with its mounts, takes longer than what is asked in
// it.
std::unique_ptr<ChildProcess> mount_as_machine(const std::string& root) {
  constexpr const char* kScript =
      "for parent in var run; do"
      " mount -t tmpfs -o mode=755 none /$parent/log && mkdir /$parent/log/journal &&"
      " mount --bind \"$0\"/$parent/log/journal /$parent/log/journal || exit 125;"
      " done; echo mounted; exec sleep infinity";
  return std::make_unique<ChildProcess>(
      Command{.argv = {"unshare", "--mount", "--propagation", "private", "sh", "-c", kScript, root},
              .environment = {},
              .input = {},
              .dies_with_test = true});
}

JournalSet make_machine_set() {
  auto machine = std::make_shared<MachineDirectory>();
  const std::string& root = machine->directory.path();
  fs::permissions(root, fs::perms(0755));  // users shall read it too
  if (!make_machine_tree(root)) return absent("systemd-journal-remote is not installed");
  machine->inside = mount_as_machine(root);
  const ChildProcess& inside = *machine->inside;
  wait_until([&] { return !inside.out().empty() || !inside.err().empty(); });
  if (inside.out() != "mounted\n") return absent("no mount namespaces: " + inside.err());
  JournalSet set = files_in(root + "/var/log/journal/" + base::machine_id().to_string(), machine);
  set.root = root;
  set.inside = inside.pid();
  return set;
}

std::vector<EntryAddress> read_addresses(const std::string& directory) {
  const CommandResult result = run_command({{"journalctl", "--no-pager", "-q", "-D", directory,
                                             "-o", "export", "--output-fields=_BOOT_ID"},
                                            {},
                                            {}});
  if (result.status != 0) throw std::runtime_error("journalctl: " + result.err);
  std::vector<EntryAddress> entries;
  for (const JournalFields& entry : parse_export(result.out)) {
    entries.push_back({entry.at("__CURSOR"), entry.at("_BOOT_ID"),
                       std::stoull(entry.at("__REALTIME_TIMESTAMP"))});
  }
  return entries;
}

JournalSet make_files(SetKind kind) {
  switch (kind) {
    case SetKind::kJournald:
      return make_journald_set();
    case SetKind::kLogqd:
      return make_logqd_set();
    case SetKind::kNoRtc:
      return make_no_rtc_set();
    case SetKind::kAwkward:
      return make_awkward_set();
    case SetKind::kMachine:
      return make_machine_set();
  }
  return absent("no such set");
}

}  // namespace

const char* set_name(SetKind kind) {
  switch (kind) {
    case SetKind::kJournald:
      return "Journald";
    case SetKind::kLogqd:
      return "Logqd";
    case SetKind::kNoRtc:
      return "NoRtc";
    case SetKind::kAwkward:
      return "Awkward";
    case SetKind::kMachine:
      return "Machine";
  }
  return "";
}

std::vector<std::string> words_to_read(const JournalSet& set, const std::string& uid) {
  std::vector<std::string> words = {"nsenter",
                                    "--mount=/proc/" + std::to_string(set.inside) + "/ns/mnt"};
  if (!uid.empty()) {
    for (const std::string word :
         {"setpriv", "--reuid=", "--regid=", "--clear-groups", "env", "HOME=/nonexistent"})
      words.push_back(word.ends_with('=') && word.starts_with("--") ? word + uid : word);
  }
  return words;
}

JournalSet make_journal_set(SetKind kind) {
  if (!journalctl_installed()) return absent(kNoJournalctl);
  JournalSet set = make_files(kind);
  if (set.missing.empty()) set.entries = read_addresses(set.directory);
  return set;
}

}  // namespace logq::test
