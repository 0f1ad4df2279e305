#include "supervise/collector_stream.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "support/stream_listener.h"
#include "support/temp_dir.h"
#include "support/unix_socket.h"

namespace logq::supervise {
namespace {

using namespace std::chrono_literals;
using test::StreamListener;
using test::TempDir;

std::chrono::steady_clock::time_point in(std::chrono::milliseconds time) {
  return std::chrono::steady_clock::now() + time;
}

TEST(FindStreamSockets, AnExplicitSocketIsTheOnlyOne) {
  ::setenv("LOGQ_SOCKET", "/a/socket", 1);
  ::setenv("LOGQ_STDOUT_SOCKET", "/b/out", 1);
  auto candidates = find_stream_sockets();
  ASSERT_EQ(candidates.size(), 1U);
  EXPECT_EQ(candidates[0].path, "/b/out");

  ::unsetenv("LOGQ_STDOUT_SOCKET");
  candidates = find_stream_sockets();
  ASSERT_EQ(candidates.size(), 1U);
  EXPECT_EQ(candidates[0].path, "/a/stdout");

  ::unsetenv("LOGQ_SOCKET");
  candidates = find_stream_sockets();
  ASSERT_EQ(candidates.size(), 2U);
  EXPECT_EQ(candidates[0].path, "/run/systemd/journal/stdout");
  EXPECT_TRUE(candidates[1].must_be_private);
}

TEST(ConnectStream, TakesTheFirstThatAccepts) {
  TempDir directory;
  StreamListener listener(directory.path() + "/stdout");

  const auto connection =
      connect_stream({{directory.path() + "/absent", false}, {listener.path(), false}});

  EXPECT_TRUE(connection.fd.is_open());
  EXPECT_EQ(connection.path, listener.path());
}

TEST(ConnectStream, DoesNotWaitForLongForOneThatDoesNotAccept) {
  TempDir directory;
  const std::string path = directory.path() + "/stdout";
  const auto full = test::bind_unix(path, SOCK_STREAM);
  ASSERT_EQ(::listen(full.get(), 0), 0);
  std::vector<StreamConnection> connections;

  for (int i = 0; i < 3; ++i)
    connections.push_back(connect_stream({{path, false}}));

  EXPECT_TRUE(connections.front().fd.is_open());
  EXPECT_FALSE(connections.back().fd.is_open());
  EXPECT_EQ(connections.back().sys_errno, EAGAIN);
}

TEST(ConnectStream, NamesTheLastFailure) {
  const auto connection = connect_stream({{"/nonexistent/stdout", false}});

  EXPECT_FALSE(connection.fd.is_open());
  EXPECT_EQ(connection.path, "/nonexistent/stdout");
  EXPECT_EQ(connection.sys_errno, ENOENT);
}

TEST(ConnectStream, DistrustsADirectoryThatOthersCanWrite) {
  TempDir directory;
  StreamListener listener(directory.path() + "/stdout");
  ASSERT_EQ(::chmod(directory.path().c_str(), 0777), 0);

  EXPECT_FALSE(connect_stream({{listener.path(), true}}).fd.is_open());
  EXPECT_TRUE(connect_stream({{listener.path(), false}}).fd.is_open());
}

TEST(JournalStreamId, IsTheDeviceAndInodeOfTheSocket) {
  TempDir directory;
  StreamListener listener(directory.path() + "/stdout");
  const auto connection = connect_stream({{listener.path(), false}});
  struct stat status {};
  ASSERT_EQ(::fstat(connection.fd.get(), &status), 0);

  EXPECT_EQ(*journal_stream_id(connection.fd.get()),
            std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino));
}

TEST(DrainStream, WaitsUntilTheReaderHasEverything) {
  TempDir directory;
  StreamListener listener(directory.path() + "/stdout");
  const auto connection = connect_stream({{listener.path(), false}});
  const auto peer = listener.accept();
  ASSERT_EQ(::write(connection.fd.get(), "partial", 7), 7);

  EXPECT_EQ(drain_stream(connection.fd.get(), in(20ms)), Drained::kTimedOut);
  std::string got;
  std::thread reader([&] { got = StreamListener::read(peer.get(), 9); });
  const Drained drained = drain_stream(connection.fd.get(), in(test::kHangs));
  reader.join();

  EXPECT_EQ(drained, Drained::kReceived);
  EXPECT_EQ(got, "partial\n\n");
}

TEST(DrainStream, SeesThatTheCollectorHasGone) {
  TempDir directory;
  StreamListener listener(directory.path() + "/stdout");
  const auto connection = connect_stream({{listener.path(), false}});
  listener.accept().reset();

  EXPECT_EQ(drain_stream(connection.fd.get(), in(test::kHangs)), Drained::kCollectorGone);
}

}  // namespace
}  // namespace logq::supervise
