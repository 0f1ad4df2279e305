// A value that is given more than once, among others with the same hash.
#include <bit>
#include <cstdint>
#include <cstring>

#include <gtest/gtest.h>

#include "base/jenkins.h"
#include "base/load_bytes.h"
#include "journal/file_header.h"
#include "journal/file_writer.h"
#include "journal/writer_support.h"
#include "support/journalctl.h"
#include "support/temp_dir.h"

namespace logq::journal {
namespace {

using test::Fields;
using test::moment;

struct State {
  std::uint32_t a, b, c;
};

// The mixing step of Jenkins' lookup3, between two blocks of 12 bytes.
void mix(State& s) {
  const auto step = [](std::uint32_t& x, std::uint32_t& y, std::uint32_t& z, int turn) {
    x -= z;
    x ^= std::rotl(z, turn);
    z += y;
  };
  step(s.a, s.b, s.c, 4);
  step(s.b, s.c, s.a, 6);
  step(s.c, s.a, s.b, 8);
  step(s.a, s.b, s.c, 16);
  step(s.b, s.c, s.a, 19);
  step(s.c, s.a, s.b, 4);
}

// A payload that begins with these 12 bytes and has the same hash as all others made here: its
// second half takes back what the first has done to the state.
std::string colliding(const std::string& first_half) {
  const std::uint32_t start = 0xdeadbeef + 24;
  State state{start + base::load32(first_half.data()), start + base::load32(&first_half[4]),
              start + base::load32(&first_half[8])};
  mix(state);
  const base::Le32 second[] = {0 - state.a, 0 - state.b, 0 - state.c};
  std::string payload = first_half + std::string(12, '\0');
  std::memcpy(&payload[12], second, sizeof second);
  return payload;
}

class RepeatedValuesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(base::jenkins_hash64(one_), base::jenkins_hash64(two_));
    ASSERT_EQ(base::jenkins_hash64(one_), base::jenkins_hash64(three_));
    WriterOptions options;
    options.keyed_hash = false;
    auto created = FileWriter::create(path_, options);
    ASSERT_TRUE(created) << created.error().message();
    writer_ = std::move(*created);
  }

  void append(const std::vector<Fields>& entries) {
    std::vector<std::vector<std::string_view>> payloads;
    for (const Fields& fields : entries)
      payloads.push_back(test::views(fields));
    std::vector<NewEntry> batch;
    for (std::size_t n = 0; n < entries.size(); ++n)
      batch.push_back({moment(n), payloads[n]});
    EXPECT_EQ(writer_->append_batch(batch).value(), entries.size());
  }
  // Ends the file, of which stock journalctl must think well, too.
  std::unique_ptr<FileReader> read_back() {
    EXPECT_TRUE(writer_->close());
    if (logq::test::journalctl_installed()) {
      const auto verdict = logq::test::verify_file(path_);
      EXPECT_EQ(verdict.status, 0) << verdict.out;
    }
    return FileReader::open(path_).value();
  }

  logq::test::TempDir directory_;
  std::string path_ = directory_.path() + "/system.journal";
  std::unique_ptr<FileWriter> writer_;
  const std::string one_ = colliding("A=first half");
  const std::string two_ = colliding("A=other half");
  const std::string three_ = colliding("B=third half");
};

std::vector<Fields> entries_of(FileReader& file) {
  std::vector<Fields> entries;
  const EntryList list = file.all_entries();
  std::vector<std::string_view> payloads;
  for (std::uint64_t i = 0; i < list.size(); ++i) {
    const auto read = file.read_payloads(list.at(i).value(), payloads);
    entries.emplace_back(read.begin(), read.end());
  }
  return entries;
}

TEST_F(RepeatedValuesTest, AreStoredOnceInAnEntry) {
  append({{one_, two_, one_, three_, two_, one_}});
  const auto file = read_back();

  EXPECT_EQ(entries_of(*file), (std::vector<Fields>{{one_, two_, three_}}));
  EXPECT_EQ(read_file_header(path_)->n_data, 3U);
  EXPECT_EQ(file->entries_with(one_).size(), 1U);
  EXPECT_EQ(file->entries_with(two_).size(), 1U);
}

// The second entry of a batch is looked at before the first is stored.
TEST_F(RepeatedValuesTest, AreStoredOnceInABatch) {
  append({{one_, two_, one_}, {two_, three_, two_}, {one_, three_}, {three_, one_, two_}});
  const auto file = read_back();

  EXPECT_EQ(
      entries_of(*file),
      (std::vector<Fields>{{one_, two_}, {two_, three_}, {one_, three_}, {one_, two_, three_}}));
  EXPECT_EQ(read_file_header(path_)->n_data, 3U);
  for (const std::string& payload : {one_, two_, three_})
    EXPECT_EQ(file->entries_with(payload).size(), 3U);
}

// Of many new values the writer finds repeated ones in another way than of a few.
TEST_F(RepeatedValuesTest, AreStoredOnceAmongManyNewOnes) {
  Fields once;
  for (int i = 0; i < 40; ++i)
    once.push_back("FIELD=" + std::to_string(i));
  once.insert(once.end(), {one_, two_});
  Fields twice = once;
  twice.insert(twice.end(), once.begin(), once.end());
  append({twice, {two_, "FIELD=7"}});
  const auto file = read_back();

  EXPECT_EQ(entries_of(*file), (std::vector<Fields>{once, {"FIELD=7", two_}}));
  EXPECT_EQ(file->entries_with("FIELD=7").size(), 2U);
  EXPECT_EQ(file->entries_with(one_).size(), 1U);
}

}  // namespace
}  // namespace logq::journal
