// Whose file an entry goes to, beside stock journald, and what users read of it.
#include <sys/socket.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/child_process.h"
#include "support/input_peer.h"
#include "support/private_logqd.h"
#include "support/stock_journald.h"
#include "support/temp_dir.h"
#include "support/unix_socket.h"

namespace logq::test {
namespace {

// The ends of the ranges that systemd gives a meaning to.
constexpr std::array<uid_t, 20> kUsers = {
    0,     1,     999,   1000,  60000,  60577,  60706,      61183,      61184,      65519,
    65520, 65533, 65534, 65536, 100000, 524287, 1879048192, 2147352575, 2147418112, 4294967293};
// Greeters, containers and foreign images: with the system since journald 253 and later.
constexpr std::array<uid_t, 6> kSystemsSince252 = {60578,      60705,      524288,
                                                   1879048191, 2147352576, 2147418111};

// The files in which each message is.
using Places = std::map<std::string, std::set<std::string>>;

Places places(const std::string& directory) {
  Places places;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    if (entry.path().extension() != ".journal") continue;
    const auto read = run_command({{"journalctl", "-q", "-o", "export", "--output-fields=MESSAGE",
                                    "--file=" + entry.path().string(), "MINE=1"},
                                   {},
                                   {}});
    for (const JournalFields& fields : parse_export(read.out))
      places[fields.at("MESSAGE")].insert(entry.path().filename().string());
  }
  return places;
}

template <std::size_t kCount>
void send_as_each(const std::string& socket, const std::array<uid_t, kCount>& users) {
  const base::UniqueFd fd = connect_unix(socket, SOCK_DGRAM);
  const std::vector<base::UniqueFd> none;
  for (const uid_t uid : users)
    send_datagram(fd, {"MESSAGE=by " + std::to_string(uid) + "\nMINE=1\n", none, uid});
}

class SplitLogqd : public testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "only root speaks for other users";
    write_text_file(config_.path() + "/logqd.conf", "[Journal]\nSplitMode=uid\n");
    logqd_ = std::make_unique<PrivateLogqd>(
        std::vector<std::string>{"--config=" + config_.path() + "/logqd.conf"});
  }

  TempDir config_;
  std::unique_ptr<PrivateLogqd> logqd_;
};

TEST_F(SplitLogqd, EntriesGoToTheFilesThatJournaldPutsThemIn) {
  if (const auto why = StockJournald::unavailable()) GTEST_SKIP() << *why;
  StockJournald journald("SplitMode=uid");

  send_as_each(journald.native_socket(), kUsers);
  send_as_each(logqd_->native_socket(), kUsers);
  journald.sync();
  logqd_->sync();

  const Places ours = places(logqd_->storage_dir());
  EXPECT_EQ(ours.size(), kUsers.size());
  EXPECT_EQ(ours.at("by 1000"), std::set<std::string>{"user-1000.journal"});
  EXPECT_EQ(ours, places(journald.storage_dir()));
}

TEST_F(SplitLogqd, NumbersThatNewerVersionsGiveAMeaningToAreTheSystems) {
  send_as_each(logqd_->native_socket(), kSystemsSince252);
  logqd_->sync();

  const Places ours = places(logqd_->storage_dir());
  EXPECT_EQ(ours.size(), kSystemsSince252.size());
  for (const auto& [message, files] : ours)
    EXPECT_EQ(files, std::set<std::string>{"system.journal"}) << message;
}

TEST_F(SplitLogqd, UserReadsTheirOwnEntriesAndNoOthers) {
  constexpr std::array<uid_t, 3> kUserSenders = {0, 1000, 1001};
  send_as_each(logqd_->native_socket(), kUserSenders);
  logqd_->sync();
  const std::string file = logqd_->storage_dir() + "/user-1000.journal";
  if (::getxattr(file.c_str(), "system.posix_acl_access", nullptr, 0) < 0)
    GTEST_SKIP() << "no access lists here";
  for (std::filesystem::path path = logqd_->storage_dir();
       path != std::filesystem::temp_directory_path(); path = path.parent_path()) {
    std::filesystem::permissions(path, std::filesystem::perms{0755});
  }
  const auto read_as = [&](const std::string& user, std::vector<std::string> program) {
    std::vector<std::string> argv{"setpriv", "--reuid=" + user, "--regid=" + user,
                                  "--clear-groups"};
    argv.insert(argv.end(), program.begin(), program.end());
    for (const char* argument : {"-q", "-o", "cat", "-D"})
      argv.emplace_back(argument);
    argv.insert(argv.end(), {logqd_->storage_dir(), "MINE=1"});
    return run_command({argv, {}, {}}).out;
  };

  EXPECT_EQ(read_as("1000", {"journalctl"}), "by 1000\n");
  EXPECT_EQ(read_as("1000", {"journalctl", "--user"}), "by 1000\n");
  EXPECT_EQ(read_as("1001", {"journalctl", "_UID=1000"}), "");
  EXPECT_EQ(read_as("0", {"journalctl", "_UID=1000"}), "by 1000\n");
  EXPECT_EQ(read_as("0", {built_program("logq")}), "by 0\nby 1000\nby 1001\n");
  if (read_as("1000", {built_program("logq"), "--version"}).empty()) {
    GTEST_SKIP() << "this build is for its owner only";
  }
  EXPECT_EQ(read_as("1000", {built_program("logq")}), "by 1000\n");
  EXPECT_EQ(read_as("1000", {built_program("logq"), "--user"}), "by 1000\n");
}

TEST(SplitLogqdOfOneUser, KeepsEverythingInOneFile) {
  PrivateLogqd logqd;  // --runtime-dir alone does not split (docs/configuration.md)
  const std::vector<base::UniqueFd> none;
  const base::UniqueFd fd = connect_unix(logqd.native_socket(), SOCK_DGRAM);
  send_datagram(fd, {"MESSAGE=one\nMINE=1\n", none, ::getuid()});
  if (::geteuid() == 0) send_datagram(fd, {"MESSAGE=two\nMINE=1\n", none, 1000});
  logqd.sync();

  for (const auto& [message, files] : places(logqd.storage_dir()))
    EXPECT_EQ(files, std::set<std::string>{"system.journal"}) << message;
}

}  // namespace
}  // namespace logq::test
