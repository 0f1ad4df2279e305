// SIGHUP: what of the configuration changes while logqd runs, and what it says about the rest.
#include <signal.h>

#include <filesystem>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collect/configured_logqd.h"
#include "support/native_sender.h"

namespace logq::test {
namespace {

using testing::HasSubstr;

std::size_t times_reread(const ConfiguredLogqd& logqd) {
  const std::string said = logqd.err();
  std::size_t count = 0;
  for (std::size_t at = 0; (at = said.find("configuration", at)) != std::string::npos; ++at)
    ++count;
  return count;
}

void reload(const ConfiguredLogqd& logqd, const std::string& settings) {
  const std::size_t before = times_reread(logqd);
  write_text_file(logqd.config_path(), settings);
  logqd.signal(SIGHUP);
  ASSERT_TRUE(wait_until([&] { return times_reread(logqd) > before; }));
}

std::size_t count_of(const ConfiguredLogqd& logqd, const std::string& match) {
  return logqd.entries(logqd.storage_dir(), {match}).size();
}

TEST(Reload, LevelsAndRetentionChangeAtOnceAndNothingIsLost) {
  ConfiguredLogqd logqd("[Journal]\nStorage=persistent\n");
  NativeSender sender(logqd.native_socket());
  sender.send({{"MESSAGE", "kept"}, {"PRIORITY", "7"}});
  logqd.sync();

  reload(logqd, "[Journal]\nStorage=persistent\nMaxLevelStore=info\nSystemMaxUse=64M\n");
  sender.send({{"MESSAGE", "left out"}, {"PRIORITY", "7"}});
  sender.send({{"MESSAGE", "kept"}, {"PRIORITY", "6"}});

  EXPECT_EQ(count_of(logqd, "MESSAGE=kept"), 2U);
  EXPECT_EQ(count_of(logqd, "MESSAGE=left out"), 0U);
  EXPECT_THAT(logqd.err(), HasSubstr("configuration read again\n"));
}

TEST(Reload, UnderLoadLosesNothing) {
  const char* const settings = "[Journal]\nStorage=persistent\nRateLimitBurst=0\n";
  ConfiguredLogqd logqd(settings);
  std::thread load([&] {
    NativeSender sender(logqd.native_socket());
    for (int i = 0; i < 5000; ++i)
      sender.send({{"MESSAGE", "one of many"}, {"NUMBER", std::to_string(i)}});
  });
  for (int i = 0; i < 20; ++i)
    reload(logqd, settings);
  load.join();

  EXPECT_EQ(count_of(logqd, "MESSAGE=one of many"), 5000U);
}

TEST(Reload, AFileSizeHoldsFromTheNextFileOn) {
  ConfiguredLogqd logqd("[Journal]\nStorage=persistent\nCompress=no\n");
  NativeSender sender(logqd.native_socket());
  reload(logqd, "[Journal]\nStorage=persistent\nCompress=no\nSystemMaxFileSize=512K\n");
  sender.send({{"MESSAGE", "first"}});
  logqd.sync();
  logqd.rotate();

  for (std::size_t i = 0; i < 300; ++i)
    sender.send({{"MESSAGE", std::to_string(i)}, {"FILLER", std::string(3000 + i, 'x')}});

  EXPECT_EQ(count_of(logqd, "_TRANSPORT=journal"), 301U);
  EXPECT_GE(count_journal_files(logqd.storage_dir()), 3U);
}

TEST(Reload, StorageMovesThereAndBack) {
  ConfiguredLogqd logqd("[Journal]\nStorage=volatile\n");
  NativeSender sender(logqd.native_socket());
  sender.send({{"MESSAGE", "one"}});
  logqd.sync();
  ASSERT_EQ(count_journal_files(logqd.storage_dir()), 0U);

  reload(logqd, "[Journal]\nStorage=persistent\n");
  EXPECT_EQ(count_journal_files(logqd.volatile_dir()), 0U);
  sender.send({{"MESSAGE", "two"}});
  logqd.sync();
  reload(logqd, "[Journal]\nStorage=volatile\n");
  sender.send({{"MESSAGE", "three"}});

  EXPECT_EQ(logqd.entries(logqd.volatile_dir(), {"MESSAGE=three"}).size(), 1U);
  EXPECT_EQ(count_of(logqd, "_TRANSPORT=journal"), 2U);
}

TEST(Reload, SaysWhatMustWaitForTheNextStart) {
  ConfiguredLogqd logqd("[Journal]\nStorage=persistent\n");

  reload(logqd, "[Journal]\nStorage=none\nLineMax=100\n");
  NativeSender(logqd.native_socket()).send({{"MESSAGE", "still stored"}});

  EXPECT_THAT(logqd.err(), HasSubstr("for the next start only: Storage= LineMax=\n"));
  EXPECT_EQ(count_of(logqd, "MESSAGE=still stored"), 1U);
}

TEST(Reload, ForwardingChangesAtOnce) {
  ConfiguredLogqd logqd("[Journal]\nStorage=persistent\n");
  const std::string console = logqd.runtime_dir() + "/console";
  write_text_file(console, "");

  reload(logqd, "[Journal]\nStorage=persistent\nForwardToConsole=yes\nTTYPath=" + console + "\n");
  NativeSender(logqd.native_socket()).send({{"MESSAGE", "to be seen"}});

  EXPECT_TRUE(
      wait_until([&] { return read_text_file(console).find("to be seen") != std::string::npos; }));
}

TEST(Reload, AConfigurationThatCannotBeReadChangesNothing) {
  ConfiguredLogqd logqd("[Journal]\nStorage=persistent\nMaxLevelStore=info\n");
  std::filesystem::remove(logqd.config_path());

  logqd.signal(SIGHUP);
  ASSERT_TRUE(wait_until(
      [&] { return logqd.err().find("the configuration stays as it is") != std::string::npos; }));
  NativeSender(logqd.native_socket()).send({{"MESSAGE", "left out"}, {"PRIORITY", "7"}});

  EXPECT_EQ(count_of(logqd, "MESSAGE=left out"), 0U);
}

}  // namespace
}  // namespace logq::test
