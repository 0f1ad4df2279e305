#include "collect/client_metadata.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "base/unique_fd.h"
#include "collect/client_cache.h"
#include "logq/id128.h"
#include "support/child_process.h"
#include "support/temp_dir.h"

namespace logq::collect {
namespace {

constexpr Credentials kClient{42, 1000, 100};

// A /proc of the test's own with one process in it.
class ClientMetadataTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directories(proc() + "/attr");
    std::filesystem::create_directories(directory_.path() + "/units");
    sources_.proc = directory_.path();
    sources_.units = directory_.path() + "/units";
    sources_.hierarchy = CgroupHierarchy::kUnified;
    write("comm", "hello\n");
    write("cmdline", std::string("/bin/hello\0a b\0", 15));
    write("status", "Name:\thello\nCapEff:\t00000000a80425fb\nX:\t1\n");
    write("sessionid", "4294967295");
    write("loginuid", "0");
    write("cgroup", "0::/\n");
    std::filesystem::create_symlink("/bin/hello (deleted)", proc() + "/exe");
  }
  [[nodiscard]] std::string proc() const { return directory_.path() + "/42"; }
  void write(const std::string& name, const std::string& text) const {
    test::write_text_file(proc() + "/" + name, text);
  }
  ClientMetadata read(std::string_view claimed = {}) const {
    ClientMetadata metadata;
    metadata.set_credentials(kClient, {});
    metadata.read(sources_, claimed);
    return metadata;
  }

  test::TempDir directory_;
  ProcessSources sources_;
};

TEST_F(ClientMetadataTest, ReadsTheTrustedFields) {
  const ClientMetadata client = read();

  std::vector<std::string_view> fields;
  client.append_payloads(fields);
  EXPECT_EQ(fields,
            (std::vector<std::string_view>{"_PID=42", "_UID=1000", "_GID=100", "_COMM=hello",
                                           "_EXE=/bin/hello", "_CMDLINE=/bin/hello \"a b\"",
                                           "_CAP_EFFECTIVE=a80425fb", "_AUDIT_LOGINUID=0"}));
}

TEST_F(ClientMetadataTest, TakesTheUnitFromTheControlGroup) {
  write("cgroup", "0::/system.slice/hello.service\n");
  const std::string id = Id128::random().to_string();
  std::filesystem::create_symlink(id, sources_.units + "/invocation:hello.service");

  const ClientMetadata client = read("other.service");

  EXPECT_EQ(client.value(TrustedField::kCgroup), "/system.slice/hello.service");
  EXPECT_EQ(client.value(TrustedField::kUnit), "hello.service");
  EXPECT_EQ(client.value(TrustedField::kSlice), "system.slice");
  EXPECT_EQ(client.value(TrustedField::kInvocationId), id);
}

TEST_F(ClientMetadataTest, TakesTheUnitsOwnRateLimitFromTheServiceManagersLinks) {
  write("cgroup", "0::/system.slice/hello.service\n");
  EXPECT_FALSE(read().rate_limit_interval_usec().has_value());
  const std::string link = sources_.units + "/log-rate-limit-";
  std::filesystem::create_symlink("5000000", link + "interval:hello.service");
  std::filesystem::create_symlink("0", link + "burst:hello.service");

  EXPECT_EQ(read().rate_limit_interval_usec(), 5'000'000U);
  EXPECT_EQ(read().rate_limit_burst(), 0U);
}

TEST_F(ClientMetadataTest, OutsideEveryControlGroupTheClaimCounts) {
  const ClientMetadata client = read("claimed.service");

  EXPECT_EQ(client.value(TrustedField::kUnit), "claimed.service");
  EXPECT_EQ(client.value(TrustedField::kCgroup), "");
}

// What logq-run does.
base::UniqueFd hold(const std::string& path) {
  base::UniqueFd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  struct flock lock {};
  lock.l_type = F_WRLCK;
  EXPECT_EQ(::fcntl(file.get(), F_OFD_SETLK, &lock), 0);
  return file;
}

TEST_F(ClientMetadataTest, AClaimedUnitHasTheSettingsThatAreHeldForIt) {
  sources_.claimed_units = directory_.path() + "/claimed";
  std::filesystem::create_directory(sources_.claimed_units);
  std::filesystem::create_symlink("2", sources_.units + "/log-level-max:hello.service");
  std::filesystem::create_symlink("4", sources_.claimed_units + "/log-level-max:hello.service");
  const auto level_of = [](const ClientMetadata& client) {
    int level = 0;
    while (level < 7 && client.filter().keeps(level + 1, "m"))
      ++level;
    return level;
  };
  EXPECT_EQ(level_of(read("hello.service")), 2) << "nobody holds the other";

  base::UniqueFd holder = hold(sources_.claimed_units + "/held:hello.service");
  ClientMetadata client = read("hello.service");
  EXPECT_EQ(level_of(client), 4);
  EXPECT_EQ(level_of(read("other.service")), 7);
  ClientMetadata ended;
  ended.set_group(sources_, "/", "hello.service", {});
  EXPECT_EQ(level_of(ended), 4) << "its process had ended when it was looked at first";
  ended.set_group(sources_, "/system.slice/hello.service", {}, {});
  EXPECT_EQ(level_of(ended), 7) << "of a group of systemd's that is gone nothing is known";

  holder.reset();
  client.read(sources_, "hello.service");
  EXPECT_EQ(level_of(client), 2) << "it was killed";

  holder = hold(sources_.claimed_units + "/held:hello.service");
  write("cgroup", "0::/system.slice/hello.service\n");
  EXPECT_EQ(level_of(read("hello.service")), 2) << "systemd's own unit";
  if (::geteuid() != 0) return;
  write("cgroup", "0::/\n");
  ASSERT_EQ(::fchown(holder.get(), 65534, 65534), 0);
  EXPECT_EQ(level_of(read("hello.service")), 2) << "not of somebody else";
}

TEST_F(ClientMetadataTest, AClaimThatIsGoneCountsNoLongerForAProcessThatRuns) {
  ClientMetadata client = read("claimed.service");
  client.read(sources_, {});
  EXPECT_EQ(client.value(TrustedField::kUnit), "");

  client.read(sources_, "claimed.service");
  write("status", "Name:\thello\nState:\tZ (zombie)\n");
  client.read(sources_, {});
  EXPECT_EQ(client.value(TrustedField::kUnit), "claimed.service") << "its last words";
}

TEST_F(ClientMetadataTest, AnotherUnitHasNothingOfTheLast) {
  write("cgroup", "0::/system.slice/hello.service\n");
  const std::string id = Id128::random().to_string();
  std::filesystem::create_symlink(id, sources_.units + "/invocation:hello.service");
  std::filesystem::create_symlink("3", sources_.units + "/log-level-max:hello.service");
  ClientMetadata client = read();
  EXPECT_EQ(client.value(TrustedField::kInvocationId), id);
  EXPECT_FALSE(client.filter().keeps(4, "m"));

  write("cgroup", "0::/system.slice/other.service\n");
  client.read(sources_, {});

  EXPECT_EQ(client.value(TrustedField::kInvocationId), "");
  EXPECT_TRUE(client.filter().keeps(4, "m"));
}

TEST_F(ClientMetadataTest, ReadsTheFilterOfTheUnitsOwnControlGroup) {
  sources_.cgroups = directory_.path() + "/cgroups";
  const std::string unit = sources_.cgroups + "/system.slice/hello.service";
  std::filesystem::create_directories(unit + "/inner");
  const std::string patterns("\xffnoise\0", 7);
  if (::setxattr(unit.c_str(), "user.journald_log_filter_patterns", patterns.data(),
                 patterns.size(), 0) != 0) {
    GTEST_SKIP() << "no extended attributes here";
  }
  write("cgroup", "0::/system.slice/hello.service/inner\n");

  const ClientMetadata client = read();

  EXPECT_FALSE(client.filter().keeps(6, "noise"));
  EXPECT_TRUE(client.filter().keeps(6, "news"));
}

TEST_F(ClientMetadataTest, HasTheExtraFieldsOfItsUnitAsLongAsTheUnitHasThem) {
  write("cgroup", "0::/system.slice/hello.service\n");
  const std::string path = sources_.units + "/log-extra-fields:hello.service";
  const auto field = [](const std::string& text) {
    return std::string(1, static_cast<char>(text.size())) + std::string(7, '\0') + text;
  };
  test::write_text_file(path, field("A=1") + field("B=x\ny") + field("_TRUSTED=1") + field("C=1"));
  const auto extra_fields = [](const ClientMetadata& client) {
    std::vector<std::string_view> fields;
    client.append_payloads(fields);
    std::erase_if(fields, [](std::string_view f) { return f.starts_with('_'); });
    return fields;
  };
  ClientMetadata client = read();
  EXPECT_EQ(extra_fields(client), (std::vector<std::string_view>{"A=1", "B=x\ny"}))
      << "what is not allowed ends the list";

  std::filesystem::remove(path);
  client.read(sources_, {});
  EXPECT_TRUE(extra_fields(client).empty());

  test::write_text_file(path, field("A=2"));
  client.read(sources_, {});
  std::filesystem::remove(path);
  std::filesystem::remove_all(proc());
  client.read(sources_, {});
  EXPECT_EQ(extra_fields(client), std::vector<std::string_view>{"A=2"}) << "its last words";
}

TEST_F(ClientMetadataTest, AProcessThatIsGoneKeepsWhatWasKnown) {
  ClientMetadata client = read();
  std::filesystem::remove_all(proc());

  client.read(sources_, {});

  EXPECT_EQ(client.value(TrustedField::kComm), "hello");
  EXPECT_EQ(client.value(TrustedField::kCmdline), "/bin/hello \"a b\"");
}

TEST_F(ClientMetadataTest, TheCacheReadsAnewAfterASecond) {
  const UnitClaims claims;
  ClientCache cache(sources_, claims, 64);
  cache.find({kClient}, 10'000'000);
  write("comm", "renamed\n");

  EXPECT_EQ(cache.find({kClient}, 10'999'999).value(TrustedField::kComm), "hello");
  EXPECT_EQ(cache.find({kClient}, 11'000'000).value(TrustedField::kComm), "renamed");
}

TEST_F(ClientMetadataTest, TheCacheForgetsWhatIsFiveSecondsOldUnlessPinned) {
  const UnitClaims claims;
  ClientCache cache(sources_, claims, 64);
  cache.find({kClient}, 10'000'000);
  std::filesystem::remove_all(proc());

  cache.pin(kClient.pid);
  EXPECT_EQ(cache.find({kClient}, 20'000'000).value(TrustedField::kComm), "hello");
  cache.unpin(kClient.pid);
  EXPECT_EQ(cache.find({kClient}, 30'000'000).value(TrustedField::kComm), "");
}

TEST_F(ClientMetadataTest, TheCacheTrustsNothingOfAnotherUsersProcess) {
  const UnitClaims claims;
  ClientCache cache(sources_, claims, 64);
  cache.find({kClient}, 10'000'000);
  std::filesystem::remove_all(proc());

  const ClientMetadata& other = cache.find({{42, 1001, 100}}, 10'000'001);

  EXPECT_EQ(other.value(TrustedField::kComm), "");
  EXPECT_EQ(other.value(TrustedField::kUid), "1001");
}

TEST_F(ClientMetadataTest, TheCacheStaysWithinItsCapacity) {
  const UnitClaims claims;
  ClientCache cache(sources_, claims, 8);

  for (pid_t pid = 100; pid < 200; ++pid)
    cache.find({{pid, 0, 0}}, 10'000'000);

  EXPECT_EQ(cache.size(), 8U);
}

// A process that sleeps until it is ended, in a session of its own.
class SessionLeader {
 public:
  SessionLeader() : pid_(::fork()) {
    if (pid_ != 0) return;
    ::setsid();
    for (;;)
      ::pause();
  }
  SessionLeader(const SessionLeader&) = delete;
  SessionLeader& operator=(const SessionLeader&) = delete;
  ~SessionLeader() { end(); }

  void end() {
    if (pid_ <= 0) return;
    logq::test::signal_process(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }
  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  pid_t pid_;
};

TEST(UnitClaims, CoverTheSessionOfALivingLeader) {
  const test::ChildProcess service(
      {{"setsid", "--wait", "sh", "-c", "sleep 1000 & echo $! $$; wait"}, {}, {}});
  ASSERT_TRUE(test::wait_until([&] { return service.out().ends_with('\n'); }));
  pid_t child = 0;
  pid_t leader = 0;
  ASSERT_EQ(std::sscanf(service.out().c_str(), "%d %d", &child, &leader), 2);
  UnitClaims claims;

  const auto ticket = claims.add(leader, "hello.service");

  EXPECT_EQ(claims.unit_of(child), "hello.service");
  EXPECT_EQ(claims.unit_of(::getpid()), "");
  claims.remove(ticket);
  EXPECT_EQ(claims.unit_of(child), "");
  logq::test::signal_process(leader, SIGKILL);
  logq::test::signal_process(child, SIGKILL);
}

TEST(UnitClaims, OutliveTheirProcessButNotItsPid) {
  SessionLeader first;
  const pid_t pid = first.pid();
  UnitClaims claims;
  claims.add(pid, "hello.service");
  first.end();
  EXPECT_EQ(claims.unit_of(pid), "hello.service") << "of a message whose sender has ended";

  // The kernel gives out the number after this one next, unless somebody else is quicker.
  for (int attempt = 0; attempt < 50; ++attempt) {
    std::ofstream("/proc/sys/kernel/ns_last_pid") << pid - 1;
    const SessionLeader second;
    if (second.pid() != pid) continue;
    EXPECT_EQ(claims.unit_of(pid), "");
    return;
  }
  GTEST_SKIP() << "cannot have a process with the same PID again: needs CAP_CHECKPOINT_RESTORE";
}

TEST(QuoteCommandLine, QuotesOnlyWhatAShellWouldSplit) {
  const auto quoted = [](std::string_view text) { return quote_command_line(text); };

  EXPECT_EQ(quoted(std::string_view("sh\0-c\0echo $X\0", 14)), "sh -c \"echo \\$X\"");
  EXPECT_EQ(quoted(std::string_view("a\0\0b\0", 5)), "a \"\" b");
  EXPECT_EQ(quoted("tab\there"), "\"tab\\there\"");
  EXPECT_EQ(quoted(""), "");
}

}  // namespace
}  // namespace logq::collect
