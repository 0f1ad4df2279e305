#include "collect/kmsg_forward.h"

#include <gtest/gtest.h>

#include "support/child_process.h"
#include "support/temp_dir.h"

namespace logq::collect {
namespace {

// What is written to the device in one go.
std::string written(const ForwardedMessage& message) {
  const test::TempDir directory;
  const std::string path = directory.path() + "/kmsg";
  test::write_text_file(path, "");
  KmsgForward({path, 5}).forward(message);
  return test::read_text_file(path);
}

TEST(KmsgForward, SpeaksAsTheSenderAndNeverAsTheKernel) {
  ForwardedMessage message{4, "tag", "text"};
  message.sender = Credentials{42, 0, 0};

  EXPECT_EQ(written(message), "<12>tag[42]: text\n");
  message.priority = 3 * 8 + 5;
  message.identifier = "";
  EXPECT_EQ(written(message), "<29>[42]: text\n");
}

TEST(KmsgForward, LeavesLessImportantMessagesOut) {
  EXPECT_EQ(written({14, "tag", "text"}), "");
}

TEST(KmsgForward, CutsWhatTheKernelWouldRefuse) {
  const std::string line = written({12, "tag", std::string(5000, 'x')});
  EXPECT_EQ(line.size(), 976U);
  EXPECT_EQ(line.back(), '\n');

  std::string text;
  for (int i = 0; i < 1000; ++i)
    text += "\xe2\x82\xac";
  const std::string cut = written({12, "tag", text});
  EXPECT_LE(cut.size(), 976U);
  EXPECT_EQ((cut.size() - std::string("<12>tag: \n").size()) % 3, 0U) << "whole characters";
}

TEST(KmsgForward, MissesNothingWhereThereIsNoDevice) {
  KmsgForward nowhere({"/nonexistent/kmsg", 7});
  nowhere.forward({12, "tag", "text"});
  EXPECT_EQ(nowhere.missed().total(), 0U);
}

TEST(KmsgForward, CountsWhatTheDeviceRefuses) {
  KmsgForward full({"/dev/full", 7});
  full.forward({12, "tag", "text"});
  EXPECT_EQ(full.missed().total(), 1U);
}

TEST(KmsgForward, GoesOnWhereItsConfigurationSays) {
  const test::TempDir directory;
  const std::string path = directory.path() + "/kmsg";
  test::write_text_file(path, "");
  KmsgForward forward({"/nonexistent/kmsg", 5});
  forward.forward({12, "tag", "nowhere"});
  forward.configure({path, 3});
  forward.forward({12, "tag", "too high"});
  forward.forward({11, "tag", "here"});

  EXPECT_EQ(test::read_text_file(path), "<11>tag: here\n");
}

}  // namespace
}  // namespace logq::collect
