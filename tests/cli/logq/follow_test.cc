// logq -f: what it shows first, what it shows later, and how it ends.
#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>

#include <gtest/gtest.h>

#include "base/ids.h"
#include "base/unique_fd.h"
#include "journal/file_writer.h"
#include "support/child_process.h"
#include "support/temp_dir.h"

namespace logq::test {
namespace {

class Follow : public testing::Test {
 protected:
  Follow() {
    auto writer = journal::FileWriter::create(dir_.path() + "/system.journal", {});
    if (writer) writer_ = std::move(*writer);
  }

  void append(const std::string& message) {
    const std::string text = "MESSAGE=" + message;
    const std::string boot = "_BOOT_ID=" + base::boot_id().to_string();
    const std::array<std::string_view, 2> payloads = {text, boot};
    ++now_usec_;
    ASSERT_NE(writer_, nullptr);
    ASSERT_TRUE(writer_->append({now_usec_, now_usec_, base::boot_id()}, payloads).has_value());
    writer_->publish();
    writer_->wake_followers();
  }

  std::unique_ptr<ChildProcess> follow(std::vector<std::string> more) {
    std::vector<std::string> argv = {
        std::string(LOGQ_BIN_DIR) + "/logq", "-D", dir_.path(), "-f", "-o", "cat"};
    argv.insert(argv.end(), more.begin(), more.end());
    return std::make_unique<ChildProcess>(Command{argv, {}, {}});
  }

  static void expect_output(const ChildProcess& child, const std::string& expected) {
    EXPECT_TRUE(wait_until([&] { return child.out() == expected; })) << child.out();
  }

  // It has nothing left to do then but to wait for entries.
  static void wait_until_asleep(const ChildProcess& child) {
    const std::string path = "/proc/" + std::to_string(child.pid()) + "/stat";
    EXPECT_TRUE(
        wait_until([&] { return read_text_file(path).find("(logq) S ") != std::string::npos; }));
  }

  TempDir dir_;
  std::unique_ptr<journal::FileWriter> writer_;
  std::uint64_t now_usec_ = 1'700'000'000'000'000;
};

TEST_F(Follow, ShowsTheLastEntriesAndWhatComes) {
  for (int i = 0; i < 12; ++i)
    append(std::to_string(i));

  auto logq = follow({});

  expect_output(*logq, "2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n");
  append("new");
  expect_output(*logq, "2\n3\n4\n5\n6\n7\n8\n9\n10\n11\nnew\n");
}

TEST_F(Follow, ShowsAsManyAsAskedFor) {
  for (int i = 0; i < 12; ++i)
    append(std::to_string(i));

  expect_output(*follow({"-n", "2"}), "10\n11\n");
  expect_output(*follow({"--no-tail"}), "0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n");
}

TEST_F(Follow, WaitsForTheFirstEntryOfAnEmptyStore) {
  auto logq = follow({});

  append("first");

  expect_output(*logq, "first\n");
}

TEST_F(Follow, FiltersWhatComes) {
  append("old");
  auto logq = follow({"MESSAGE=wanted"});

  append("unwanted");
  append("wanted");

  expect_output(*logq, "wanted\n");
}

TEST_F(Follow, SearchesWhatComes) {
  append("old");
  auto logq = follow({"-g", "want(ed|s)"});

  append("no");
  append("wants");

  expect_output(*logq, "wants\n");
}

TEST_F(Follow, FindsFilesThatAppear) {
  append("old");
  auto logq = follow({});
  expect_output(*logq, "old\n");

  auto writer = journal::FileWriter::create(dir_.path() + "/user-1.journal", {});
  ASSERT_TRUE(writer.has_value());
  writer_ = std::move(*writer);
  append("in another file");

  expect_output(*logq, "old\nin another file\n");
}

TEST_F(Follow, ReadsOnAfterACursor) {
  append("one");
  const auto shown = run_command(
      {{std::string(LOGQ_BIN_DIR) + "/logq", "-D", dir_.path(), "-q", "--show-cursor"}, {}, {}});
  const std::string cursor = shown.out.substr(shown.out.find("s="));
  auto logq = follow({"--after-cursor=" + cursor.substr(0, cursor.find('\n'))});

  append("two");

  expect_output(*logq, "two\n");
}

TEST_F(Follow, KeepsTheCursorOfWhatItHasShown) {
  append("one");
  const std::string path = dir_.path() + "/cursor";
  auto logq = follow({"--cursor-file=" + path});
  expect_output(*logq, "one\n");

  logq->signal(SIGTERM);

  logq->wait();
  EXPECT_TRUE(read_text_file(path).starts_with("s="));
}

TEST_F(Follow, ReadsOnAfterTheKeptCursorWhereNothingIsNewYet) {
  append("one");
  append("two");
  const std::string kept = "--cursor-file=" + dir_.path() + "/cursor";
  run_command({{std::string(LOGQ_BIN_DIR) + "/logq", "-D", dir_.path(), kept}, {}, {}});
  auto logq = follow({kept});
  wait_until_asleep(*logq);

  append("three");

  expect_output(*logq, "three\n");
}

TEST_F(Follow, ShowsAllBehindACursorWhateverTheLimit) {
  for (int i = 0; i < 5; ++i)
    append(std::to_string(i));
  const auto first = run_command(
      {{std::string(LOGQ_BIN_DIR) + "/logq", "-D", dir_.path(), "-qrn1", "--show-cursor"}, {}, {}});
  ASSERT_NE(first.out.find("s="), std::string::npos);
  const std::string path = dir_.path() + "/cursor";
  write_text_file(path, first.out.substr(first.out.find("s=")));
  for (int i = 5; i < 20; ++i)
    append(std::to_string(i));

  auto logq = follow({"--cursor-file=" + path});

  expect_output(*logq, "5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n15\n16\n17\n18\n19\n");
}

// As timeout(1) sends it.
TEST_F(Follow, ASignalThatComesTwiceCostsNoCursor) {
  for (int i = 0; i < 3000; ++i)
    append(std::string(200, 'x'));
  const std::string pipe = dir_.path() + "/pipe";
  const std::string kept = dir_.path() + "/cursor";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const base::UniqueFd reader(::open(pipe.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  const std::string program = std::string(LOGQ_BIN_DIR) + "/logq";
  ChildProcess logq({{"sh", "-c",
                      "exec " + program + " -D " + dir_.path() + " -f --no-tail -o cat " +
                          "--cursor-file=" + kept + " > " + pipe},
                     {},
                     {}});
  const auto has_begun = [&] {
    int bytes = 0;
    return ::ioctl(reader.get(), FIONREAD, &bytes) == 0 && bytes > 0;
  };
  ASSERT_TRUE(wait_until(has_begun));
  wait_until_asleep(logq);  // the pipe is full

  for (int i = 0; i < 2; ++i) {
    logq.signal(SIGTERM);
    sleep_briefly();
  }
  std::array<char, 65536> chunk{};
  ASSERT_TRUE(wait_until([&] { return ::read(reader.get(), chunk.data(), chunk.size()) == 0; }));

  EXPECT_EQ(logq.wait().status, 0);
  EXPECT_TRUE(read_text_file(kept).starts_with("s="));
}

// As journalctl since 258; before, it died of the signal.
TEST_F(Follow, EndsWithSuccessWhenASignalEndsIt) {
  append("old");
  for (const int signal : {SIGINT, SIGTERM}) {
    auto logq = follow({});
    expect_output(*logq, "old\n");

    logq->signal(signal);

    EXPECT_EQ(logq->wait().status, 0);
  }
}

}  // namespace
}  // namespace logq::test
