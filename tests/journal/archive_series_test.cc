#include "journal/archive_series.h"

#include <set>

#include <gtest/gtest.h>

#include "journal/writer_support.h"
#include "support/temp_dir.h"

namespace logq::journal::test {
namespace {

using State = NamedArchive::State;

Id128 sequence() {
  static const Id128 kSequence = Id128::random();
  return kSequence;
}

std::string path_of(const std::string& base, std::uint64_t head) {
  return "/journal/" + ArchiveName{base, sequence(), head, kStart + head}.to_string();
}

// Archives whose heads are 100, 200, and so on, and sources to say that they are open.
class Archives : public testing::Test {
 protected:
  ArchiveSeries series(std::size_t count) {
    std::vector<std::string> paths;
    for (std::size_t i = 1; i <= count; ++i)
      paths.push_back(path_of("system", 100 * i));
    return std::move(find_series(paths).series.at(0));
  }

  void open(ArchiveSeries& series, std::size_t at, bool has_more) {
    static const Match kAll;
    static const Narrowing kNone;
    sources_.push_back(std::make_unique<FileSource>(FileReader::open(file_).value(), kAll, kNone));
    series.archives()[at].state = State::kOpen;
    series.archives()[at].source = sources_.back().get();
    if (has_more) have_more_.insert(sources_.back().get());
  }

  // The heads of those that are due.
  std::vector<std::uint64_t> due(ArchiveSeries& series, Direction direction) {
    std::vector<std::uint64_t> heads;
    const auto has_more = [this](FileSource& source) { return have_more_.count(&source) > 0; };
    for (const NamedArchive* archive : series.due(direction, has_more))
      heads.push_back(archive->name.head_seqnum);
    return heads;
  }

  std::string write() {
    auto writer = FileWriter::create(directory_.path() + "/system.journal", small_file());
    if (!(*writer)->append(moment(1), views({"MESSAGE=x"}))) ADD_FAILURE();
    return (*writer)->archive().value();
  }

  using Heads = std::vector<std::uint64_t>;
  logq::test::TempDir directory_ = logq::test::TempDir::in_memory();
  std::string file_ = write();
  std::vector<std::unique_ptr<FileSource>> sources_;
  std::set<FileSource*> have_more_;
};

TEST_F(Archives, OfASeriesAreTogetherAndTheOthersNamed) {
  const std::vector<std::string> paths{"/journal/old.journal", path_of("system", 1),
                                       path_of("system", 5),   path_of("user-1000", 2),
                                       "/journal/x.journal",   path_of("user-1001", 3),
                                       path_of("user-1001", 4)};

  const FoundFiles found = find_series(paths);

  ASSERT_EQ(found.series.size(), 2U);
  EXPECT_EQ(found.series[0].archives()[0].end_seqnum, 5U);
  EXPECT_EQ(found.series[1].archives()[1].path, paths[6]);
  EXPECT_EQ(found.series[1].archives()[1].rank, 6U);
  EXPECT_EQ(found.others, (std::vector<std::size_t>{0, 3, 4}));
}

TEST_F(Archives, WhoseNamesContradictEachOtherAreNoSeries) {
  const ArchiveName twin{"system", sequence(), 5, 7};
  const FoundFiles found =
      find_series({"/journal/" + twin.to_string(), path_of("system", 5), path_of("system", 6)});

  EXPECT_TRUE(found.series.empty());
  EXPECT_EQ(found.others.size(), 3U);
}

TEST_F(Archives, AreDueFromTheTailTwiceAsManyEachTime) {
  ArchiveSeries series = this->series(20);
  std::size_t at = 20;

  for (const std::size_t expected : {1U, 2U, 4U, 8U, 5U}) {
    const Heads heads = due(series, Direction::kBackward);
    ASSERT_EQ(heads.size(), expected);
    for (const std::uint64_t head : heads) {
      EXPECT_EQ(head, 100 * at);
      series.archives()[--at].state = State::kRuledOut;
    }
  }
  EXPECT_TRUE(due(series, Direction::kBackward).empty());
  EXPECT_TRUE(due(series, Direction::kForward).empty());
}

TEST_F(Archives, AreNotDueBehindOneThatHasMore) {
  ArchiveSeries series = this->series(5);
  series.seek_head();
  open(series, 0, true);
  EXPECT_TRUE(due(series, Direction::kForward).empty());

  have_more_.clear();
  EXPECT_EQ(due(series, Direction::kForward), Heads{200});
}

TEST_F(Archives, AreDueBackwardsBeforeTheirNeighbourIsRead) {
  ArchiveSeries series = this->series(5);
  open(series, 4, true);

  EXPECT_EQ(due(series, Direction::kBackward), Heads{400});
  series.archives()[3].state = State::kRuledOut;
  EXPECT_TRUE(due(series, Direction::kBackward).empty());
  have_more_.clear();
  EXPECT_EQ(due(series, Direction::kBackward), (Heads{300, 200}));
}

TEST_F(Archives, LieOnTheSideOfANumberThatTheirNamesSay) {
  ArchiveSeries series = this->series(5);

  const NamedArchive* around = series.seek_seqnum(250);

  ASSERT_NE(around, nullptr);
  EXPECT_EQ(around->name.head_seqnum, 200U);
  EXPECT_TRUE(series.is_behind(series.archives()[1]));
  EXPECT_FALSE(series.is_behind(series.archives()[2]));
  EXPECT_EQ(series.seek_seqnum(100), nullptr);
  EXPECT_FALSE(series.is_behind(series.archives()[0]));
}

TEST_F(Archives, ThatWereRuledOutAreDueForAnotherMatch) {
  ArchiveSeries series = this->series(2);
  series.seek_head();
  for (NamedArchive& archive : series.archives())
    archive.state = State::kRuledOut;
  ASSERT_TRUE(due(series, Direction::kForward).empty());

  series.reconsider();

  EXPECT_EQ(due(series, Direction::kForward), Heads{100});
}

TEST_F(Archives, AgreeWithAHeaderThatSaysWhatTheNameSays) {
  const ArchiveSeries series = this->series(2);
  FileInfo info;
  info.seqnum_id = sequence();
  info.state = FileState::kArchived;
  info.n_entries = 2;
  info.head_entry_seqnum = 100;
  info.tail_entry_seqnum = 199;
  info.head_entry_realtime_usec = kStart + 100;
  const NamedArchive& archive = series.archives()[0];
  EXPECT_TRUE(agrees(archive, info));

  const auto differs = [&](auto change) {
    FileInfo changed = info;
    change(changed);
    return !agrees(archive, changed);
  };
  EXPECT_TRUE(differs([](FileInfo& other) { other.seqnum_id = {}; }));
  EXPECT_TRUE(differs([](FileInfo& other) { other.state = FileState::kOnline; }));
  EXPECT_TRUE(differs([](FileInfo& other) { other.n_entries = 0; }));
  EXPECT_TRUE(differs([](FileInfo& other) { other.n_entries = 101; }));
  EXPECT_TRUE(differs([](FileInfo& other) { other.head_entry_seqnum = 101; }));
  EXPECT_TRUE(differs([](FileInfo& other) { other.tail_entry_seqnum = 99; }));
  EXPECT_TRUE(differs([](FileInfo& other) { other.tail_entry_seqnum = 200; }));
  EXPECT_TRUE(differs([](FileInfo& other) { ++other.head_entry_realtime_usec; }));
}

}  // namespace
}  // namespace logq::journal::test
