#include "supervise/credentials.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "base/io.h"
#include "support/child_process.h"
#include "support/temp_dir.h"
#include "support/unix_socket.h"

namespace logq::supervise {
namespace {

namespace fs = std::filesystem;
using Contents = std::map<std::string, std::string>;

constexpr auto kNobody = static_cast<uid_t>(-1);

class CredentialsTest : public testing::Test {
 protected:
  void TearDown() override { remove_credentials(target()); }

  std::string in(const std::string& name) { return directory_.path() + "/" + name; }
  std::string target() { return in("run/credentials/hello.service"); }
  void write_source(const std::string& name, const std::string& text) {
    fs::create_directories(fs::path(in(name)).parent_path());
    test::write_text_file(in(name), text);
  }
  void load(const std::string& name, const std::string& path) {
    settings_.credentials.push_back({name, path});
  }
  void set(const std::string& name, const std::string& value) {
    settings_.credential_values.push_back({name, value});
  }
  // The errno; 0: they have been written.
  int write(uid_t owner = kNobody) {
    const auto written = write_credentials(settings_, target(), owner);
    return written ? 0 : written.error().sys_errno;
  }
  Contents contents() {
    Contents found;
    for (const auto& file : fs::directory_iterator(target()))
      found[file.path().filename()] = test::read_text_file(file.path());
    return found;
  }
  struct stat status_of(const std::string& name) {
    struct stat status {};
    EXPECT_EQ(::lstat((target() + name).c_str(), &status), 0) << name;
    return status;
  }

  test::TempDir directory_;
  ExecutionSettings settings_;
};

TEST_F(CredentialsTest, AreReadFromFilesAndValuesIntoFilesThatCannotBeWritten) {
  write_source("key", std::string("secret\0\n", 8));
  load("key", in("key"));
  set("key", "not taken");
  set("word", "of the unit");

  ASSERT_EQ(write(), 0);

  EXPECT_EQ(contents(), (Contents{{"key", std::string("secret\0\n", 8)}, {"word", "of the unit"}}));
  EXPECT_EQ(status_of("").st_mode & 07777U, 0500U);
  EXPECT_EQ(status_of("/key").st_mode & 07777U, 0400U);
  EXPECT_EQ(status_of("/..").st_mode & 07777U, 0755U);
}

TEST_F(CredentialsTest, BelongToTheUserAndToNoGroupOfIts) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root changes owners";
  set("word", "x");

  ASSERT_EQ(write(1234), 0);

  for (const char* name : {"", "/word"}) {
    EXPECT_EQ(status_of(name).st_uid, 1234U) << name;
    EXPECT_EQ(status_of(name).st_gid, ::getegid()) << name;
  }
}

TEST_F(CredentialsTest, OfADirectoryAreItsFilesWithTheirWayInTheName) {
  write_source("d/b", "B");
  write_source("d/sub/c", "C");
  write_source("d/.hidden/h", "H");
  write_source("d/.h", "H");
  fs::create_symlink(in("d/b"), in("d/link"));
  write_source("d_b", "other");
  load("x_b", in("d_b"));
  load("x", in("d"));

  ASSERT_EQ(write(), 0);

  EXPECT_EQ(contents(), (Contents{{"x_b", "other"}, {"x_sub_c", "C"}}));
}

TEST_F(CredentialsTest, OfANameAloneAreThoseThatWeWereGiven) {
  write_source("given/theirs", "of our parent");
  load("mine", "theirs");
  load("lacking", "none-such-anywhere");
  ::setenv("CREDENTIALS_DIRECTORY", in("given").c_str(), 1);

  const int failure = write();
  ::unsetenv("CREDENTIALS_DIRECTORY");

  ASSERT_EQ(failure, 0);
  EXPECT_EQ(contents(), (Contents{{"mine", "of our parent"}}));
}

TEST_F(CredentialsTest, ThatAreMissingFailButWhereThereIsAValueForThem) {
  load("key", in("nothing"));
  EXPECT_EQ(write(), ENOENT);

  set("key", "instead");
  EXPECT_EQ(write(), 0);
  EXPECT_EQ(contents(), (Contents{{"key", "instead"}}));

  load("inside", in("nothing") + "/x");
  EXPECT_EQ(write(), ENOENT);
}

TEST_F(CredentialsTest, AreAtMostOneMebibyteTogetherWithTheirNames) {
  constexpr std::size_t kMost = std::size_t{1} << 20;
  write_source("big", std::string(kMost - 3, 'x'));
  load("key", in("big"));
  EXPECT_EQ(write(), 0);
  EXPECT_EQ(contents().at("key").size(), kMost - 3);

  set("b", "");
  EXPECT_EQ(write(), E2BIG);

  settings_ = {};
  write_source("bigger", std::string(kMost + 1, 'x'));
  load("k", in("bigger"));
  EXPECT_EQ(write(), E2BIG);
}

TEST_F(CredentialsTest, OfASocketAreWhatItSaysToWhoIsNamed) {
  const base::UniqueFd listener = test::bind_unix(in("socket"), SOCK_STREAM);
  std::string peer;
  std::thread server([&] {
    sockaddr_un address{};
    socklen_t size = sizeof address;
    const base::UniqueFd client(
        ::accept(listener.get(), reinterpret_cast<sockaddr*>(&address), &size));
    peer.assign(static_cast<const char*>(address.sun_path), size - offsetof(sockaddr_un, sun_path));
    std::ignore = base::write_all(client.get(), "said");
  });
  load("word", in("socket"));

  const int failure = write();
  server.join();

  ASSERT_EQ(failure, 0);
  EXPECT_EQ(contents(), (Contents{{"word", "said"}}));
  EXPECT_EQ(peer.front(), '\0');
  EXPECT_EQ(peer.substr(peer.find('/')), "/unit/hello.service/word");
}

TEST_F(CredentialsTest, AreReadAnewForTheNextProcess) {
  write_source("key", "first");
  load("key", in("key"));
  ASSERT_EQ(write(), 0);
  write_source("key", "second");

  ASSERT_EQ(write(), 0);
  EXPECT_EQ(contents(), (Contents{{"key", "second"}}));

  remove_credentials(target());
  EXPECT_FALSE(fs::exists(target()));
}

}  // namespace
}  // namespace logq::supervise
