#include "client/socket_search.h"

#include <gtest/gtest.h>

namespace logq::client {
namespace {

std::vector<std::string> paths(const std::vector<SocketCandidate>& candidates) {
  std::vector<std::string> result;
  for (const SocketCandidate& candidate : candidates)
    result.push_back(candidate.path);
  return result;
}

using Paths = std::vector<std::string>;

TEST(SocketSearch, AnExplicitSocketIsTheOnlyOneTried) {
  SearchEnvironment environment;
  environment.logq_socket = "/from/environment";

  EXPECT_EQ(paths(find_sockets("/from/option", environment)), Paths{"/from/option"});
  EXPECT_EQ(paths(find_sockets("", environment)), Paths{"/from/environment"});
}

TEST(SocketSearch, TheSystemsCollectorComesBeforeTheUsers) {
  SearchEnvironment environment;
  environment.uid = 7;

  EXPECT_EQ(paths(find_sockets("", environment)),
            (Paths{"/run/systemd/journal/socket", "/tmp/logq-7/socket"}));
  environment.xdg_runtime_dir = "/run/user/7";
  EXPECT_EQ(paths(find_sockets("", environment)),
            (Paths{"/run/systemd/journal/socket", "/run/user/7/logq/socket"}));
}

TEST(SocketSearch, OnlyTheUsersDirectoryHasToBePrivate) {
  const auto candidates = find_sockets("", SearchEnvironment{});

  EXPECT_FALSE(candidates.at(0).must_be_private);
  EXPECT_TRUE(candidates.at(1).must_be_private);
}

}  // namespace
}  // namespace logq::client
