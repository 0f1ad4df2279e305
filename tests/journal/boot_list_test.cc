#include "journal/boot_list.h"

#include <gtest/gtest.h>

#include "journal/file_writer.h"
#include "journal/reader_support.h"
#include "journal/writer_support.h"
#include "support/child_process.h"

namespace logq::journal::test {
namespace {

using logq::test::TempDir;
namespace fs = std::filesystem;

Id128 boot(std::uint64_t number) {
  Id128 id;
  id.bytes[0] = 0xb0;
  for (std::size_t i = 0; i < 8; ++i)
    id.bytes[8 + i] = static_cast<std::uint8_t>(number >> (8 * i));
  return id;
}

// Times in microseconds, monotonic ones equal to realtime ones.
class BootList : public testing::Test {
 protected:
  void begin_file(const std::string& name) {
    auto writer = FileWriter::create(directory_.path() + "/" + name, small_file());
    ASSERT_TRUE(writer);
    writer_ = std::move(*writer);
  }
  void append(const Id128& boot_id, std::uint64_t time, bool with_field = true) {
    const std::string field = "_BOOT_ID=" + boot_id.to_string();
    std::vector<std::string_view> payloads{"MESSAGE=x"};
    if (with_field) payloads.emplace_back(field);
    ASSERT_TRUE(writer_->append({kStart + time, time, boot_id}, payloads));
  }
  std::vector<BootSpan> list() {
    if (writer_) writer_->publish();
    auto journal = Journal::open_directory(directory_.path());
    return journal ? list_boots(**journal) : std::vector<BootSpan>{};
  }

  TempDir directory_;
  std::unique_ptr<FileWriter> writer_;
};

// Each boot claims all entries of the file.
TEST_F(BootList, GivesUpWhereBootsShareTheirLists) {
  begin_file("system.journal");
  for (std::uint64_t i = 0; i < 300; ++i)
    append(boot(i), i);
  const std::string path = writer_->archive().value();
  writer_.reset();
  std::string bytes = logq::test::read_file(path);
  for (std::uint64_t i = 0; i < 300; ++i) {
    const std::size_t payload = bytes.find("_BOOT_ID=" + boot(i).to_string());
    auto* data = static_cast<CompactDataObject*>(
        static_cast<void*>(bytes.data() + payload - sizeof(CompactDataObject)));
    data->data.entry_array_offset = std::uint64_t{
        static_cast<const Header*>(static_cast<const void*>(bytes.data()))->entry_array_offset};
    data->data.n_entries = std::uint64_t{300};
  }
  logq::test::write_file(path, bytes);
  std::string complaint;

  const auto journal = Journal::open_directory(
      directory_.path(),
      [&](const std::string&, const Error& error) { complaint = error.message(); });
  EXPECT_FALSE(list_boots(**journal).empty());

  EXPECT_NE(complaint.find("boots have more entries"), std::string::npos) << complaint;
}

TEST_F(BootList, IsEmptyWithoutEntries) {
  begin_file("system.journal");

  EXPECT_TRUE(list().empty());
}

TEST_F(BootList, TellsTheFirstAndLastEntryOfEachBoot) {
  begin_file("a.journal");
  append(boot(1), 10);
  append(boot(1), 20);
  append(boot(2), 30);
  begin_file("b.journal");
  append(boot(2), 40);
  append(boot(3), 50);

  const auto boots = list();

  ASSERT_EQ(boots.size(), 3U);
  EXPECT_EQ(boots[0].boot_id, boot(1));
  EXPECT_EQ(boots[0].first_realtime_usec, kStart + 10);
  EXPECT_EQ(boots[0].last_realtime_usec, kStart + 20);
  EXPECT_EQ(boots[1].first_realtime_usec, kStart + 30);
  EXPECT_EQ(boots[1].last_realtime_usec, kStart + 40);
  EXPECT_EQ(boots[2].boot_id, boot(3));
}

TEST_F(BootList, HasABootOnceThoughItsEntriesLieBetweenThoseOfAnother) {
  begin_file("a.journal");
  append(boot(1), 10);
  append(boot(2), 20);
  append(boot(1), 30);
  append(boot(2), 40);

  const auto boots = list();

  ASSERT_EQ(boots.size(), 2U);
  EXPECT_EQ(boots[0].boot_id, boot(1));
  EXPECT_EQ(boots[0].last_realtime_usec, kStart + 30);
}

// As of another machine, whose journal lies beside.
TEST_F(BootList, EndsWithTheBootOfTheLastEntryThoughAnotherBeganLater) {
  begin_file("a.journal");
  append(boot(1), 10);
  append(boot(1), 40);
  begin_file("b.journal");
  append(boot(2), 20);
  append(boot(2), 30);

  const auto boots = list();

  ASSERT_EQ(boots.size(), 2U);
  EXPECT_EQ(boots[0].boot_id, boot(2));
  EXPECT_EQ(boots[1].boot_id, boot(1));
}

TEST_F(BootList, KnowsTheBootOfEntriesWithoutTheField) {
  begin_file("a.journal");
  append(boot(1), 10);
  append(boot(2), 20, false);

  EXPECT_EQ(list().size(), 2U);
}

TEST_F(BootList, DoesNotDependOnTheMatch) {
  begin_file("a.journal");
  append(boot(1), 10);
  append(boot(2), 20);
  writer_->publish();
  auto journal = Journal::open_directory(directory_.path());
  (*journal)->set_match(Match::exactly("_BOOT_ID=" + boot(2).to_string()));

  EXPECT_EQ(list_boots(**journal).size(), 2U);
}

TEST_F(BootList, OfAThousandBootsInTenFilesIsThatOfWalkingThroughAllEntries) {
  for (std::uint64_t file = 0; file < 10; ++file) {
    begin_file("f" + std::to_string(file) + ".journal");
    for (std::uint64_t i = 0; i < 300; ++i)
      append(boot(file * 100 + i / 3), file * 1000 + i);
  }
  auto journal = Journal::open_directory(directory_.path());
  std::vector<BootSpan> walked;
  (*journal)->seek_head();
  while ((*journal)->next()) {
    const EntryInfo& entry = (*journal)->entry();
    if (walked.empty() || walked.back().boot_id != entry.boot_id) {
      walked.push_back({entry.boot_id, entry.realtime_usec, entry.realtime_usec});
    }
    walked.back().last_realtime_usec = entry.realtime_usec;
  }

  const auto boots = list();

  ASSERT_EQ(boots.size(), 1000U);
  EXPECT_TRUE(std::equal(boots.begin(), boots.end(), walked.begin(), walked.end(),
                         [](const BootSpan& a, const BootSpan& b) {
                           return a.boot_id == b.boot_id &&
                                  a.first_realtime_usec == b.first_realtime_usec &&
                                  a.last_realtime_usec == b.last_realtime_usec;
                         }));
}

TEST_F(BootList, IsThatOfJournalctlWhereClocksAreRight) {
  if (!logq::test::journalctl_installed()) GTEST_SKIP() << logq::test::kNoJournalctl;
  for (std::uint64_t file = 0; file < 3; ++file) {
    begin_file("f" + std::to_string(file) + ".journal");
    for (std::uint64_t i = 0; i < 30; ++i)
      append(boot(file * 4 + i / 6), (file * 30 + i) * 1'000'000);
  }
  std::string ours;
  for (const BootSpan& span : list())
    ours += span.boot_id.to_string() + " " + std::to_string(span.first_realtime_usec / 1'000'000) +
            " " + std::to_string(span.last_realtime_usec / 1'000'000) + "\n";

  // "IDX BOOT ID  FIRST ENTRY  LAST ENTRY" as "BOOT ID, seconds, seconds".
  logq::test::Command command;
  command.argv = {"sh", "-c",
                  "TZ=UTC LC_ALL=C journalctl -q --list-boots -D " + directory_.path() +
                      " | while read -r i b d1 d t z d2 e u y; do [ $i = IDX ] || "
                      "echo $b $(date -ud \"$d $t\" +%s) $(date -ud \"$e $u\" +%s); done"};
  const auto theirs = logq::test::run_command(command);
  EXPECT_EQ(ours, theirs.out);
}

// Boots that overlap in wall clock time: 252 finds three of the four, newer versions find all.
TEST_F(BootList, OfTheJournalsWithoutAClockHasAllFourBoots) {
  const fs::path data = std::string(LOGQ_TESTDATA_DIR) + "/journals/no-rtc";
  if (!fs::is_directory(data)) GTEST_SKIP() << "no test data in " << data;
  for (const auto& file : fs::directory_iterator(data)) {
    const std::string to = directory_.path() + "/" + file.path().stem().string();
    if (!logq::test::unpack_zstd(file.path(), to)) GTEST_SKIP() << "zstd is not installed";
  }
  std::string text;
  for (const BootSpan& span : list())
    text += span.boot_id.to_string() + " " + std::to_string(span.first_realtime_usec) + " " +
            std::to_string(span.last_realtime_usec) + "\n";

  EXPECT_EQ(text,
            "5ea5fc4f82a14186b5332a788ef9435e 1666569600994371 1666584266223608\n"
            "bea6864f21ad4c9594c04a99d89948b0 1666569601005945 1666584347230411\n"
            "4c708e1fd0744336be16f3931aa861fb 1666569601017222 1666584354649355\n"
            "35e8501129134edd9df5267c49f744a4 1666569601009823 1666584438086856\n");
}

}  // namespace
}  // namespace logq::journal::test
