// The control socket of a running logqd: what it does when it is asked, by whom, and how it bears
// clients that mean it no good.
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collect/limits.h"
#include "collect/passed_socket_logqd.h"
#include "support/child_process.h"
#include "support/native_sender.h"
#include "support/private_logqd.h"
#include "support/unix_socket.h"
#include "support/varlink_peer.h"
#include "wire/json_view.h"

namespace logq::test {
namespace {

using testing::HasSubstr;

constexpr const char* kDone = "{\"parameters\":{}}";

std::string control_socket(const PrivateLogqd& logqd) {
  return logqd.runtime_dir() + "/io.systemd.journal";
}

std::string sync_call() {
  return varlink_call("io.systemd.Journal.Synchronize");
}

// The number of a member of the status, 0 where there is none, or no answer.
std::uint64_t status_number(const PrivateLogqd& logqd, const std::vector<const char*>& path) {
  const std::string answer =
      VarlinkPeer(control_socket(logqd)).ask(varlink_call("io.logq.Collector.Status"));
  const auto reply = wire::JsonView::parse(answer);
  auto value = reply ? reply->member("parameters") : std::nullopt;
  for (const char* const name : path) {
    if (value) value = value->member(name);
  }
  return value ? value->unsigned_integer().value_or(0) : 0;
}

TEST(ControlSocket, WhatWasSentBeforeASyncIsStored) {
  const PrivateLogqd logqd;
  VarlinkPeer peer(control_socket(logqd));
  NativeSender sender(logqd.native_socket());
  const base::UniqueFd stream = connect_unix(logqd.stdout_socket(), SOCK_STREAM);
  std::string lines = "s\n\n6\n0\n0\n0\n0\n";
  for (int i = 0; i < 5000; ++i)
    lines += "line " + std::to_string(i) + "\n";

  for (int i = 0; i < 200; ++i)
    sender.send({{"MESSAGE", "datagram " + std::to_string(i)}});
  ASSERT_EQ(::send(stream.get(), lines.data(), lines.size(), 0),
            static_cast<ssize_t>(lines.size()));
  ASSERT_EQ(peer.ask(sync_call()), kDone);

  EXPECT_THAT(logqd.read("logq", {"-o", "cat"}).out, HasSubstr("datagram 199\n"));
  EXPECT_THAT(logqd.read("logq", {"-o", "cat"}).out, HasSubstr("line 4999\n"));
}

// Silence, which would show that everything was taken, never comes.
TEST(ControlSocket, ASyncDoesNotWaitForSilence) {
  const PrivateLogqd logqd;
  std::atomic<bool> stop = false;
  std::vector<std::thread> noise;
  for (int i = 0; i < 2; ++i) {
    noise.emplace_back([&] {
      NativeSender sender(logqd.native_socket());
      while (!stop)
        sender.send({{"MESSAGE", "noise"}});
    });
  }

  noise.emplace_back([&] {
    const base::UniqueFd stream = connect_unix(logqd.stdout_socket(), SOCK_STREAM);
    const std::string header = "noise\n\n6\n0\n0\n0\n0\n";
    ::send(stream.get(), header.data(), header.size(), MSG_NOSIGNAL);
    while (!stop)
      ::send(stream.get(), "noise\n", 6, MSG_NOSIGNAL);
  });

  NativeSender sender(logqd.native_socket());
  VarlinkPeer peer(control_socket(logqd));
  for (int i = 0; i < 5; ++i) {
    sender.send({{"MESSAGE", "marked"}, {"ROUND", std::to_string(i)}});
    EXPECT_EQ(peer.ask(sync_call()), kDone);
    EXPECT_EQ(logqd.read("logq", {"-o", "cat", "ROUND=" + std::to_string(i)}).out, "marked\n");
  }
  logqd.sync();  // the signal means the same
  stop = true;
  for (std::thread& thread : noise)
    thread.join();
}

TEST(ControlSocket, PipelinedCallsAreAnsweredInOrder) {
  const PrivateLogqd logqd;
  VarlinkPeer peer(control_socket(logqd));
  std::string calls;
  for (int i = 0; i < 100; ++i)
    calls += sync_call() + varlink_call("a.b.C" + std::to_string(i));

  std::thread writer([&] { EXPECT_TRUE(peer.send(calls)); });
  const std::vector<std::string> answers = peer.read(200);
  writer.join();

  ASSERT_EQ(answers.size(), 200U);
  for (std::size_t i = 0; i < 100; ++i) {
    EXPECT_EQ(answers[2 * i], kDone);
    EXPECT_THAT(answers[2 * i + 1], HasSubstr("\"a.b.C" + std::to_string(i) + "\""));
  }
}

TEST(ControlSocket, WhoHangsUpWhileASyncIsUnderWayDisturbsNobody) {
  const PrivateLogqd logqd;
  for (int i = 0; i < 50; ++i) {
    const VarlinkPeer leaver(control_socket(logqd));
    leaver.send(sync_call() + sync_call());
  }

  EXPECT_EQ(VarlinkPeer(control_socket(logqd)).ask(sync_call()), kDone);
  EXPECT_TRUE(wait_until([&] { return status_number(logqd, {"control", "connections"}) == 1; }));
}

TEST(ControlSocket, HalfClosedClientsGetTheirAnswers) {
  const PrivateLogqd logqd;
  VarlinkPeer peer(control_socket(logqd));
  peer.send(sync_call() + sync_call() + "{\"meth");
  peer.end_input();

  EXPECT_THAT(peer.read_to_end(), testing::ElementsAre(kDone, kDone));
}

TEST(ControlSocket, EndlessAndSenselessCallsCostTheConnectionOnly) {
  const PrivateLogqd logqd;
  const std::string deep = "{\"method\":\"a.b\",\"parameters\":{\"a\":" + std::string(16000, '[');
  for (const std::string& bytes :
       {std::string(1 << 20, 'x'), std::string(1 << 20, '['), std::string(4096, '\0'),
        deep + std::string(16000, ']') + "}}" + '\0', std::string("\xff\xfe\0", 3)}) {
    VarlinkPeer peer(control_socket(logqd));
    peer.send(bytes);
    peer.end_input();
    EXPECT_THAT(peer.read_to_end(), testing::IsEmpty()) << bytes.substr(0, 10);
  }

  EXPECT_EQ(VarlinkPeer(control_socket(logqd)).ask(sync_call()), kDone);
}

// Nothing is read of somebody who does not read, so it costs what one answer takes.
TEST(ControlSocket, AClientThatReadsNothingIsLeftAlone) {
  const PrivateLogqd logqd;
  const VarlinkPeer deaf(control_socket(logqd));
  const timeval soon{0, 50'000};
  ::setsockopt(deaf.fd(), SOL_SOCKET, SO_SNDTIMEO, &soon, sizeof soon);
  std::string calls;
  for (int i = 0; i < 5000; ++i)
    calls += varlink_call("io.logq.Collector.Status");

  std::size_t rounds = 0;
  while (rounds < 1000 && deaf.send(calls))
    ++rounds;

  EXPECT_LT(rounds, 1000U);
  EXPECT_EQ(VarlinkPeer(control_socket(logqd)).ask(sync_call()), kDone);
}

TEST(ControlSocket, TooManyConnectionsAreRefusedAndCounted) {
  const PrivateLogqd logqd;
  {
    std::vector<VarlinkPeer> peers;
    for (std::size_t i = 0; i < collect::kControlConnectionsMax; ++i)
      peers.emplace_back(control_socket(logqd));
    ASSERT_EQ(peers.back().ask(sync_call()), kDone);
    VarlinkPeer one_more(control_socket(logqd));
    EXPECT_EQ(one_more.ask(sync_call()), "");
  }

  EXPECT_TRUE(wait_until([&] { return status_number(logqd, {"control", "connections"}) == 1; }));
  EXPECT_GE(status_number(logqd, {"control", "refused"}), 1U);
}

TEST(ControlSocket, StatusCountsWhatWasStored) {
  const PrivateLogqd logqd;
  NativeSender sender(logqd.native_socket());
  const std::uint64_t before = status_number(logqd, {"storedEntries"});
  const std::uint64_t bytes_before = status_number(logqd, {"storedBytes"});
  for (int i = 0; i < 10; ++i)
    sender.send({{"MESSAGE", "entry " + std::to_string(i)}});
  ASSERT_EQ(VarlinkPeer(control_socket(logqd)).ask(sync_call()), kDone);

  EXPECT_EQ(status_number(logqd, {"storedEntries"}), before + 10);
  EXPECT_GT(status_number(logqd, {"storedBytes"}), bytes_before);
  EXPECT_GT(status_number(logqd, {"lastSync", "endedRealtimeUSec"}), 0U);
  EXPECT_GE(status_number(logqd, {"clients"}), 1U);
  EXPECT_EQ(status_number(logqd, {"droppedTotal"}), 0U);
}

TEST(ControlSocket, RelinquishedStorageIsVolatileUntilAFlush) {
  const PrivateLogqd logqd;
  VarlinkPeer peer(control_socket(logqd));
  NativeSender sender(logqd.native_socket());
  const std::string kept = logqd.runtime_dir() + "/journal/system.journal";

  sender.send({{"MESSAGE", "before"}});
  EXPECT_EQ(peer.ask(sync_call()), kDone);
  EXPECT_EQ(peer.ask(varlink_call("io.systemd.Journal.RelinquishVar")), kDone);
  EXPECT_TRUE(std::filesystem::exists(kept));
  sender.send({{"MESSAGE", "meanwhile"}});
  EXPECT_EQ(peer.ask(sync_call()), kDone);
  EXPECT_EQ(logqd.read("logq", {"-o", "cat", "MESSAGE=meanwhile"}).out, "");
  EXPECT_EQ(peer.ask(varlink_call("io.systemd.Journal.FlushToVar")), kDone);

  EXPECT_FALSE(std::filesystem::exists(kept));
  EXPECT_EQ(logqd.read("logq", {"-o", "cat", "MESSAGE=before", "MESSAGE=meanwhile"}).out,
            "before\nmeanwhile\n");
  EXPECT_EQ(logqd.read("journalctl", {"--verify"}).status, 0);
}

TEST(ControlSocket, APassedOneKeepsWhoWaitsWhileNobodyServesIt) {
  PassedSocketLogqd logqd;
  const std::string socket = logqd.runtime_dir() + "/io.systemd.journal";
  ASSERT_EQ(VarlinkPeer(socket).ask(sync_call()), kDone);
  logqd.kill();
  VarlinkPeer waiting(socket);
  ASSERT_TRUE(waiting.send(sync_call()));

  logqd.start();

  EXPECT_EQ(waiting.read_one(), kDone);
  EXPECT_EQ(logqd.stop(), 0);
  EXPECT_TRUE(std::filesystem::exists(socket));  // it is the manager's
}

TEST(ControlSocket, OthersMaySyncAndLookButNotRotate) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can become another user";
  const PrivateLogqd logqd;
  ASSERT_EQ(::chmod(logqd.runtime_dir().c_str(), 0755), 0);
  ASSERT_EQ(::chmod(std::filesystem::path(logqd.runtime_dir()).parent_path().c_str(), 0755), 0);
  const std::string socket = control_socket(logqd);
  const pid_t child = ::fork();
  if (child == 0) {
    if (::setresuid(65534, 65534, 65534) != 0) ::_exit(10);
    VarlinkPeer peer(socket);
    if (peer.ask(sync_call()) != kDone) ::_exit(1);
    if (peer.ask(varlink_call("io.logq.Collector.Status")).find("storedEntries") ==
        std::string::npos) {
      ::_exit(2);
    }
    const std::string refusal = peer.ask(varlink_call("io.systemd.Journal.Rotate"));
    if (refusal.find("PermissionDenied") == std::string::npos) ::_exit(3);
    std::vector<VarlinkPeer> many;
    for (int i = 0; i < 100; ++i)
      many.emplace_back(socket);
    ::_exit(many.back().ask(sync_call()).empty() ? 0 : 4);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);

  EXPECT_EQ(WEXITSTATUS(status), 0);
  EXPECT_EQ(VarlinkPeer(socket).ask(varlink_call("io.systemd.Journal.Rotate")), kDone);
}

}  // namespace
}  // namespace logq::test
