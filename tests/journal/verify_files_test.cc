#include "journal/verify_files.h"

#include <algorithm>
#include <atomic>
#include <fstream>
#include <memory>
#include <thread>

#include <gtest/gtest.h>

#include "journal/reader_support.h"
#include "journal/variant_file.h"

namespace logq::journal::test {
namespace {

using logq::test::read_file;
using logq::test::TempDir;
using logq::test::write_file;

// Twelve files, the third and the last of which are broken, and one that is not there.
class VerifyFiles : public testing::TestWithParam<unsigned> {
 protected:
  void SetUp() override {
    const std::string sound = read_file(make_variant(directory_.path(), kVariants[0]));
    for (std::size_t i = 0; i < 12; ++i) {
      std::string bytes = sound + std::string(i % 5 * 4096, '\0');
      if (i == 2 || i == 11) bytes[offsetof(Header, reserved)] = 1;
      paths_.push_back(directory_.path() + "/" + std::to_string(i) + ".journal");
      write_file(paths_.back(), bytes);
    }
    paths_.insert(paths_.begin() + 5, directory_.path() + "/none.journal");
  }

  TempDir directory_;
  std::vector<std::string> paths_;
};

TEST_P(VerifyFiles, AreJudgedInTheOrderOfThePaths) {
  std::vector<std::string> heard;
  VerifyListener listener;
  listener.verdict = [&heard](const FileVerdict& verdict) { heard.push_back(verdict.path); };

  const auto verdicts = verify_files(paths_, GetParam(), listener);

  EXPECT_EQ(heard, paths_);
  ASSERT_EQ(verdicts.size(), 13U);
  for (std::size_t i = 0; i < verdicts.size(); ++i) {
    EXPECT_EQ(verdicts[i].path, paths_[i]);
    EXPECT_EQ(verdicts[i].report.has_value(), i != 5);
    if (i == 5) continue;
    EXPECT_EQ(verdicts[i].report->failure.has_value(), i == 2 || i == 12) << i;
  }
}

TEST_P(VerifyFiles, AreListenedToOnTheCallersThread) {
  const auto here = std::this_thread::get_id();
  std::size_t elsewhere = 0;
  VerifyListener listener;
  listener.progress = [&](double) { elsewhere += std::this_thread::get_id() == here ? 0U : 1U; };
  listener.verdict = [&](const FileVerdict&) { listener.progress(0); };

  std::ignore = verify_files(paths_, GetParam(), listener);

  EXPECT_EQ(elsewhere, 0U);
}

INSTANTIATE_TEST_SUITE_P(Threads, VerifyFiles, testing::Values(0, 1, 3, 64));

TEST(VerifyNoFiles, IsDoneAtOnce) {
  EXPECT_TRUE(verify_files({}, 4).empty());
}

// A writer that never pauses is faster than any check: what is found then is no verdict. Once it
// pauses the file must pass.
TEST(VerifyLiveFile, PassesOrSaysThatItIsWrittenTo) {
  const TempDir directory;
  const std::string path = directory.path() + "/system.journal";
  const auto writer = FileWriter::create(path, {}).value();
  std::atomic<bool> stop{false};
  std::uint64_t n = 0;
  std::thread appending([&] {
    while (!stop.load() && writer->append(moment(n + 1), views(service_entry(n + 1))))
      ++n;
  });

  for (int round = 0; round < 20; ++round) {
    const auto report = verify_file(path);
    const bool judged = report && (!report->failure || report->changed);
    EXPECT_TRUE(judged) << (report ? report->failure->message() : report.error().message());
  }
  stop.store(true);
  appending.join();

  const auto report = verify_file(path);
  ASSERT_TRUE(report);
  EXPECT_FALSE(report->failure) << report->failure->message();
  EXPECT_EQ(report->n_entries, n);
}

// Writes for as long as the first look takes, and makes sure that no look is content.
class WrittenDuringTheFirstLook : public testing::Test {
 protected:
  void SetUp() override {
    while (n_ < 5000)  // some progress is told of as many
      append();
    std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(offsetof(Header, n_tags)).put('\1');
  }

  void append() {
    ++n_;
    ASSERT_TRUE(writer_->append(moment(n_), views(service_entry(n_))));
  }

  TempDir directory_;
  std::string path_ = directory_.path() + "/system.journal";
  std::unique_ptr<FileWriter> writer_ = FileWriter::create(path_, {}).value();
  std::uint64_t n_ = 0;
};

TEST_F(WrittenDuringTheFirstLook, IsNotSaidToBeUntouchedAfterTheLast) {
  int looks = 0;
  double last = 1;
  const auto report = verify_file(path_, [&](double done) {
    if (done < last) ++looks;
    last = done;
    if (looks == 1) append();
  });

  ASSERT_TRUE(report);
  EXPECT_EQ(looks, 3);
  EXPECT_TRUE(report->failure);
  EXPECT_TRUE(report->changed);
}

}  // namespace
}  // namespace logq::journal::test
