#include "collect/stream_state.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include <gtest/gtest.h>

#include "support/child_process.h"
#include "support/temp_dir.h"

namespace logq::collect {
namespace {

constexpr const char* kId = "a6a8208214bd4c1694420113bf454bbd";

StreamState awkward_state() {
  StreamState state;
  state.header = {
      "quo\"te's \\ \xff \a\b\x01\x7f\t end", "a\\x2d@b.service", 999, true, true, false, true};
  state.stream_id = Id128::random();
  state.opener = StreamOpener{{4711, 0, 65534}, 123456789};
  return state;
}

TEST(StreamState, SurvivesItsText) {
  const StreamState state = awkward_state();
  const auto decoded = decode_stream_state(encode_stream_state(state));
  ASSERT_TRUE(decoded.has_value());
  EXPECT_EQ(*decoded, state);
}

TEST(StreamState, IsReadAsJournaldWritesIt) {
  const auto decoded = decode_stream_state(
      "# This is private data. Do not parse\nPRIORITY=302\nLEVEL_PREFIX=1\nFORWARD_TO_SYSLOG=0\n"
      "FORWARD_TO_KMSG=1\nFORWARD_TO_CONSOLE=0\nSTREAM_ID=" +
      std::string(kId) +
      "\nIDENTIFIER=ide\\\\nt \\\"q\\' \\303\\244\\t x\\001\nUNIT=foo.service\n");
  ASSERT_TRUE(decoded.has_value());
  EXPECT_EQ(decoded->header, (wire::StreamHeader{"ide\\nt \"q' \xc3\xa4\t x\x01", "foo.service",
                                                 302, true, false, true, false}));
  EXPECT_EQ(decoded->stream_id.to_string(), kId);
  EXPECT_FALSE(decoded->opener.has_value());
}

TEST(StreamState, IsRefusedWhereAHeaderWouldBe) {
  const std::string id = std::string("STREAM_ID=") + kId + "\n";
  EXPECT_TRUE(decode_stream_state("PRIORITY=6\n" + id).has_value());
  for (const std::string& text :
       {std::string(), id, std::string("PRIORITY=6\n"), "PRIORITY=1000\n" + id,
        "PRIORITY=6\nLEVEL_PREFIX=maybe\n" + id, "PRIORITY=6\nIDENTIFIER=a\\nb\n" + id,
        "PRIORITY=6\nIDENTIFIER=a\\000b\n" + id, "PRIORITY=6\nIDENTIFIER=a\\\n" + id,
        "PRIORITY=6\nIDENTIFIER=a\\q\n" + id, "PRIORITY=6\nIDENTIFIER=\\47\n" + id,
        "PRIORITY=6\nIDENTIFIER=" + std::string(300, 'x') + "\n" + id,
        std::string("PRIORITY=6\nSTREAM_ID=00000000000000000000000000000000\n"),
        std::string("PRIORITY=6\nSTREAM_ID=12\n")}) {
    EXPECT_FALSE(decode_stream_state(text).has_value()) << text;
  }
}

TEST(StreamState, HasNoOpenerWhereThatIsNonsense) {
  const std::string rest = std::string("PRIORITY=6\nSTREAM_ID=") + kId + "\nLOGQ_OPENER=";
  for (const char* opener : {"", "1", "1 2 3", "1 2 3 4 5", "-1 2 3 4", "99999999 0 0 1", "a b c d",
                             "1 4294967296 0 1"}) {
    const auto decoded = decode_stream_state(rest + opener + "\n");
    ASSERT_TRUE(decoded.has_value()) << opener;
    EXPECT_FALSE(decoded->opener.has_value()) << opener;
  }
  EXPECT_TRUE(decode_stream_state(rest + "1 2 3 4\n")->opener.has_value());
}

TEST(StreamState, TellsWhenAProcessBegan) {
  EXPECT_GT(start_ticks_of(::getpid()), 0U);
  EXPECT_GE(start_ticks_of(::getpid()), start_ticks_of(::getppid()));
  EXPECT_EQ(start_ticks_of(1 << 22), 0U) << "beyond every PID";
}

class StreamStatesTest : public ::testing::Test {
 protected:
  [[nodiscard]] std::string path() const { return directory_.path() + "/streams"; }
  [[nodiscard]] std::string file() const { return path() + "/8:77"; }

  test::TempDir directory_;
  StreamStates states_{path()};
  const StreamKey key_{8, 77};
};

TEST_F(StreamStatesTest, GiveBackWhatWasSaved) {
  const StreamState state = awkward_state();
  ASSERT_TRUE(states_.save(key_, state).has_value());
  const auto loaded = states_.load(key_);
  ASSERT_TRUE(loaded.has_value());
  EXPECT_EQ(*loaded, state);
  states_.remove(key_);
  EXPECT_FALSE(states_.load(key_).has_value());
}

TEST_F(StreamStatesTest, BelieveOnlyPrivateFilesInAPrivateDirectory) {
  ASSERT_TRUE(states_.save(key_, awkward_state()).has_value());
  ASSERT_EQ(::chmod(path().c_str(), 0777), 0);
  EXPECT_FALSE(states_.load(key_).has_value());
  EXPECT_FALSE(states_.save(key_, awkward_state()).has_value());
  EXPECT_EQ(states_.remove_stale({}), 0U);
  ASSERT_EQ(::chmod(path().c_str(), 0755), 0);
  EXPECT_TRUE(states_.load(key_).has_value()) << "as journald makes it";

  std::filesystem::rename(file(), path() + "/elsewhere");
  std::filesystem::create_symlink("elsewhere", file());
  EXPECT_FALSE(states_.load(key_).has_value());
  std::filesystem::remove(file());
  ASSERT_EQ(::mkfifo(file().c_str(), 0600), 0);
  EXPECT_FALSE(states_.load(key_).has_value());
}

TEST_F(StreamStatesTest, RemoveWhatIsStaleAndNothingElse) {
  ASSERT_TRUE(states_.save(key_, awkward_state()).has_value());
  ASSERT_TRUE(states_.save({8, 78}, awkward_state()).has_value());
  test::write_text_file(path() + "/8:77.AbCdEf", "half written");
  test::write_text_file(path() + "/note", "of the operator");

  EXPECT_EQ(states_.remove_stale({key_}), 2U);
  EXPECT_TRUE(std::filesystem::exists(file()));
  EXPECT_TRUE(std::filesystem::exists(path() + "/note"));
  EXPECT_EQ(states_.remove_stale({}), 1U);
}

}  // namespace
}  // namespace logq::collect
