// Orders to a running collector, ours or a stock journald: by Varlink, or where nobody answers
// there by signal.
#include <signal.h>
#include <unistd.h>

#include <filesystem>

#include <gtest/gtest.h>

#include "support/child_process.h"
#include "support/native_sender.h"
#include "support/private_logqd.h"
#include "support/stock_journald.h"
#include "support/temp_dir.h"

namespace logq::test {
namespace {

CommandResult order(const std::string& runtime_dir, std::vector<std::string> options) {
  options.insert(options.begin(), {built_program("logq"), "--runtime-dir=" + runtime_dir});
  return run_command({options, {}, {}});
}

std::size_t count_files(const std::string& directory) {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    if (entry.path().extension() == ".journal") ++count;
  }
  return count;
}

TEST(Control, OrdersALogqd) {
  const PrivateLogqd logqd;
  NativeSender(logqd.native_socket()).send({{"MESSAGE", "one"}});

  for (const char* const option : {"--sync", "--rotate", "--flush"}) {
    const CommandResult result = order(logqd.runtime_dir(), {option});
    EXPECT_EQ(result.status, 0) << option << result.err;
    EXPECT_EQ(result.out + result.err, "") << option;
  }

  EXPECT_EQ(count_files(logqd.storage_dir()), 2U);
}

TEST(Control, OrdersALogqdBySignalWhenItsSocketIsGone) {
  const PrivateLogqd logqd;
  NativeSender(logqd.native_socket()).send({{"MESSAGE", "one"}});
  std::filesystem::remove(logqd.runtime_dir() + "/io.systemd.journal");

  for (const char* const option : {"--sync", "--rotate", "--flush"}) {
    const CommandResult result = order(logqd.runtime_dir(), {option});
    EXPECT_EQ(result.status, 0) << option << result.err;
  }
  EXPECT_EQ(order(logqd.runtime_dir(), {"--relinquish-var"}).status, 1);

  EXPECT_EQ(count_files(logqd.storage_dir()), 2U);
}

TEST(Control, HasVarRelinquished) {
  const PrivateLogqd logqd;

  for (const char* const option : {"--relinquish-var", "--smart-relinquish-var"})
    EXPECT_EQ(order(logqd.runtime_dir(), {option}).status, 0) << option;

  EXPECT_TRUE(std::filesystem::exists(logqd.runtime_dir() + "/journal/system.journal"));
}

TEST(Control, ANamespaceRefusesAFlush) {
  const PrivateLogqd logqd({"--namespace=test"});

  const CommandResult result = order(logqd.runtime_dir(), {"--flush"});

  EXPECT_EQ(result.status, 1);
  EXPECT_NE(result.err.find("NotSupportedByNamespaces"), std::string::npos) << result.err;
}

TEST(Control, WhatWasSentBeforeASyncIsThere) {
  const PrivateLogqd logqd;
  NativeSender sender(logqd.native_socket());
  for (int i = 0; i < 100; ++i)
    sender.send({{"MESSAGE", std::to_string(i)}});

  ASSERT_EQ(order(logqd.runtime_dir(), {"--sync"}).status, 0);

  EXPECT_EQ(logqd.read("logq", {"-n", "1", "-o", "cat"}).out, "99\n");
}

TEST(Control, RotatesBeforeItVacuums) {
  const PrivateLogqd logqd;
  NativeSender(logqd.native_socket()).send({{"MESSAGE", "old"}});
  ASSERT_EQ(order(logqd.runtime_dir(), {"--sync"}).status, 0);

  const CommandResult result =
      order(logqd.runtime_dir(), {"-D", logqd.storage_dir(), "--vacuum-size=1", "--rotate"});

  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_NE(result.err.find("Deleted archived journal " + logqd.storage_dir()), std::string::npos)
      << result.err;
  EXPECT_EQ(count_files(logqd.storage_dir()), 1U);
}

TEST(Control, OrdersAStockJournald) {
  if (const auto why = StockJournald::unavailable()) GTEST_SKIP() << *why;
  StockJournald journald;
  journald.sync();
  const std::size_t before = count_files(journald.storage_dir());

  for (const char* const option : {"--sync", "--rotate", "--flush", "--relinquish-var"}) {
    const CommandResult result = order(journald.runtime_dir(), {option});
    EXPECT_EQ(result.status, 0) << option << result.err;
    EXPECT_EQ(result.out + result.err, "") << option;
  }

  EXPECT_GT(count_files(journald.storage_dir()), before);
}

TEST(Control, NobodyThereIsOneLineAndAFailure) {
  const TempDir dir;

  const CommandResult result = order(dir.path(), {"--sync"});

  EXPECT_EQ(result.status, 1);
  EXPECT_EQ(result.err, "logq: " + dir.path() + ": no collector is running there\n");
}

// A pid file that nobody holds locked was left by a logqd that is gone: the number may be
// anybody's.
TEST(Control, AStalePidIsNotSignalled) {
  const TempDir dir;
  ChildProcess bystander({{"sleep", "60"}, {}, {}});
  write_text_file(dir.path() + "/logqd.pid", std::to_string(bystander.pid()) + "\n");

  const CommandResult result = order(dir.path(), {"--rotate"});

  EXPECT_EQ(result.status, 1);
  EXPECT_TRUE(signal_process(bystander.pid(), 0));
  EXPECT_EQ(read_text_file("/proc/" + std::to_string(bystander.pid()) + "/comm"), "sleep\n");
}

// It would otherwise be waited for as long as for one that is busy.
TEST(Control, ALogqdThatEndsWithoutAnAnswerIsNotWaitedFor) {
  const TempDir dir;
  const std::string path = dir.path() + "/logqd.pid";
  const std::string hold = "echo $$ > " + path + ".new; exec 9< " + path + ".new; flock -x 9; mv " +
                           path + ".new " + path + "; exec sleep 1000";
  ChildProcess holder({{"sh", "-c", hold}, {}, {}});
  ASSERT_TRUE(wait_until([&] { return !read_text_file(path).empty(); }));

  ChildProcess logq({{built_program("logq"), "--runtime-dir=" + dir.path(), "--sync"}, {}, {}});
  const CommandResult ended = holder.wait();  // the signal that asks for the deed ends sleep(1)
  const CommandResult result = logq.wait();

  EXPECT_GT(ended.status, 128);
  EXPECT_EQ(result.status, 1);
  EXPECT_NE(result.err.find("logqd has ended"), std::string::npos) << result.err;
}

TEST(Control, OneNamespaceAtATime) {
  const CommandResult result =
      run_command({{built_program("logq"), "--namespace=*", "--sync"}, {}, {}});

  EXPECT_EQ(result.status, 1);
  EXPECT_NE(result.err.find("--namespace="), std::string::npos) << result.err;
}

}  // namespace
}  // namespace logq::test
