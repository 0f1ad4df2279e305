// The batch socket of a logqd that runs, with stock journalctl as the judge of what is stored.
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include <gtest/gtest.h>

#include "collect/passed_socket_logqd.h"
#include "support/batch_client.h"
#include "support/private_logqd.h"
#include "support/stock_journald.h"

namespace logq::test {
namespace {

std::string batch_socket(const PrivateLogqd& logqd) {
  return logqd.runtime_dir() + "/logq";
}

std::vector<JournalFields> entries(const PrivateLogqd& logqd, const std::string& match) {
  return parse_export(logqd.read("journalctl", {"-q", "-o", "export", match}).out);
}

// Texts of this client's own, so that they can be told from those of others.
std::vector<std::string> texts(const std::string& name, std::uint64_t batch, int count) {
  std::vector<std::string> all;
  for (int i = 0; i < count; ++i)
    all.push_back(name + " " + std::to_string(batch) + "." + std::to_string(i));
  return all;
}

TEST(BatchSocket, IsThereForEverybodyAndGoesWithTheCollector) {
  PrivateLogqd logqd;

  struct stat status {};
  ASSERT_EQ(::stat(batch_socket(logqd).c_str(), &status), 0);
  EXPECT_TRUE(S_ISSOCK(status.st_mode));
  EXPECT_EQ(status.st_mode & 0777U, 0666U);
  EXPECT_EQ(logqd.stop().status, 0);
  for (const char* name : {"/logq", "/receive-batch", "/batch-clients"})
    EXPECT_FALSE(std::filesystem::exists(logqd.runtime_dir() + name)) << name;
}

TEST(BatchSocket, StoresBatchesOfSeveralClientsEachInOrder) {
  PrivateLogqd logqd;
  const BatchClient a(batch_socket(logqd));
  const BatchClient b(batch_socket(logqd));
  std::vector<std::string> sent_a;
  for (std::uint64_t number = 1; number <= 20; ++number) {
    ASSERT_TRUE(a.send(number, texts("a", number, 50)));
    ASSERT_TRUE(b.send(number, texts("b", number, 3)));
    for (std::string& text : texts("a", number, 50))
      sent_a.push_back(std::move(text));
  }

  EXPECT_EQ(a.await_ack(20), (wire::BatchAck{20, 1000, 0, 0, 0}));
  EXPECT_EQ(b.await_ack(20), (wire::BatchAck{20, 60, 0, 0, 0}));

  // Acknowledged means that readers find them, with nothing more asked of the collector.
  std::vector<std::string> stored_a;
  std::size_t others = 0;
  for (const JournalFields& entry : entries(logqd, "_TRANSPORT=journal")) {
    const std::string& text = entry.at("MESSAGE");
    if (text.starts_with("a ")) stored_a.push_back(text);
    if (text.starts_with("b ")) ++others;
  }
  EXPECT_EQ(stored_a, sent_a);
  EXPECT_EQ(others, 60U);
}

TEST(BatchSocket, EntriesHaveTheFieldsOfTheirSender) {
  PrivateLogqd logqd;
  const BatchClient client(batch_socket(logqd));
  ASSERT_TRUE(client.send(1, {"mine"}));
  ASSERT_TRUE(client.await_ack(1).has_value());

  const auto stored = entries(logqd, "MESSAGE=mine");

  ASSERT_EQ(stored.size(), 1U);
  EXPECT_EQ(stored[0].at("_PID"), std::to_string(::getpid()));
  EXPECT_EQ(stored[0].at("_UID"), std::to_string(::geteuid()));
  EXPECT_EQ(stored[0].at("_COMM"), "logq_collect_te");
  EXPECT_EQ(stored[0].at("_TRANSPORT"), "journal");
  EXPECT_TRUE(stored[0].contains("_SOURCE_REALTIME_TIMESTAMP"));
  EXPECT_TRUE(stored[0].contains("_BOOT_ID"));
}

TEST(BatchSocket, AStopStoresAndAcknowledgesWhatWasSent) {
  PrivateLogqd logqd;
  const BatchClient client(batch_socket(logqd));
  // Within the window, or acknowledgements that nobody reads fill the buffer and the last one finds
  // no room in it.
  for (std::uint64_t number = 1; number <= 200; ++number) {
    ASSERT_TRUE(client.send(number, texts("s", number, 10)));
    if (number % 20 == 0 && number < 180) {
      ASSERT_TRUE(client.await_ack(number).has_value());
    }
  }

  EXPECT_EQ(logqd.stop().status, 0);

  EXPECT_TRUE(client.await_ack(200).has_value());
  EXPECT_EQ(entries(logqd, "_TRANSPORT=journal").size(), 2000U);
}

TEST(BatchSocket, ASuccessorKnowsHowFarAClientHasCome) {
  PrivateLogqd logqd;
  const Id128 id = Id128::random();
  {
    const BatchClient client(batch_socket(logqd), id);
    ASSERT_TRUE(client.send(1, {"one"}));
    ASSERT_TRUE(client.await_ack(1).has_value());
  }
  for (const bool killed : {false, true}) {
    if (killed) {
      logqd.kill();
    } else {
      ASSERT_EQ(logqd.stop().status, 0);
    }
    logqd.start();
    const BatchClient client(batch_socket(logqd), id);
    ASSERT_TRUE(client.ask());
    EXPECT_EQ(client.await_ack(0), (wire::BatchAck{1, 1, 0, 0, 0}));
    ASSERT_TRUE(client.send(1, {"one"}));
    EXPECT_TRUE(client.await_ack(1).has_value());
  }
  EXPECT_EQ(entries(logqd, "MESSAGE=one").size(), 1U);
}

TEST(BatchSocket, ClientsOfAPassedOneWaitForTheSuccessor) {
  PassedSocketLogqd logqd;
  logqd.kill();
  const BatchClient client(logqd.batch_socket());
  ASSERT_TRUE(client.send(1, {"waited"}));

  logqd.start();

  EXPECT_EQ(client.await_ack(1), (wire::BatchAck{1, 1, 0, 0, 0}));
  EXPECT_EQ(logqd.stop(), 0);
  EXPECT_TRUE(std::filesystem::exists(logqd.batch_socket())) << "it is the manager's";
}

TEST(BatchSocket, ASyncCoversWhatWasSentBeforeIt) {
  PrivateLogqd logqd;
  const BatchClient client(batch_socket(logqd));
  for (std::uint64_t number = 1; number <= 100; ++number)
    ASSERT_TRUE(client.send(number, texts("s", number, 20)));

  logqd.sync();

  EXPECT_EQ(entries(logqd, "_TRANSPORT=journal").size(), 2000U);
}

}  // namespace
}  // namespace logq::test
