// A program that moved over: libsystemd's names, in a file that reads through libsystemd too.
#include "logq/sd_journal_names.h"

#include <stdlib.h>
#include <syslog.h>
#include <unistd.h>

#include <gtest/gtest.h>
#include <systemd/sd-journal.h>

#include "client/datagram_server.h"
#include "support/temp_dir.h"

namespace logq {
namespace {

using test::value_of;

// libsystemd's functions know nothing of LOGQ_SOCKET.
TEST(SdJournalNames, CallsOfLibsystemdsNamesAreOurs) {
  const test::TempDir directory;
  test::DatagramServer server(directory.path() + "/socket");
  ::setenv("LOGQ_SOCKET", server.path().c_str(), 1);
  std::string text = "A=b";
  const iovec field{text.data(), text.size()};

  EXPECT_EQ(sd_journal_print(LOG_INFO, "port %d", 80), 0);
  const auto line = std::to_string(__LINE__ + 1);
  EXPECT_EQ(sd_journal_send("MESSAGE=%s", "text", nullptr), 0);
  EXPECT_EQ(sd_journal_sendv(&field, 1), 0);
  EXPECT_EQ(sd_journal_perror("open"), 0);

  EXPECT_EQ(value_of(server.receive().value(), "MESSAGE"), "port 80");
  const auto sent = server.receive().value();
  EXPECT_EQ(value_of(sent, "MESSAGE"), "text");
  EXPECT_EQ(value_of(sent, "CODE_FILE"), __FILE__);
  EXPECT_EQ(value_of(sent, "CODE_LINE"), line);
  EXPECT_EQ(value_of(server.receive().value(), "A"), "b");
  EXPECT_EQ(value_of(server.receive().value(), "PRIORITY"), "3");
}

}  // namespace
}  // namespace logq
