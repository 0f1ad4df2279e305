// What a directory may take up, with a thread and without.
#include "collect/space_keeper.h"

#include <filesystem>

#include <gtest/gtest.h>

#include "support/child_process.h"
#include "support/no_threads.h"
#include "support/temp_dir.h"

namespace logq::collect {
namespace {

void fill(const std::string& directory) {
  for (const char* number : {"1", "2", "3"}) {
    test::write_text_file(directory + "/system@" + std::string(31, '0') + "1-000000000000000" +
                              number + "-000000000000000" + number + ".journal",
                          std::string(1 << 20, 'x'));
  }
}

std::size_t files_in(const std::string& directory) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(directory),
                                                std::filesystem::directory_iterator()));
}

TEST(SpaceKeeper, VacuumsItselfWhereNoThreadCanBeHad) {
  const test::TempDir directory;
  fill(directory.path());
  const test::NoThreads none;
  SpaceKeeper keeper([](const std::string& line) { ADD_FAILURE() << line; });
  SpaceTask task;
  task.directory = directory.path();
  task.settings.max_files = 1;
  keeper.keep(task);

  keeper.request();

  EXPECT_EQ(files_in(directory.path()), 1U);
}

TEST(SpaceKeeper, FilesOfUsersThatAreWrittenToCostNobodyThePast) {
  const test::TempDir directory;
  fill(directory.path());
  for (const char* name : {"system", "user-1000", "user-1001", "user-1002"})
    test::write_text_file(directory.path() + "/" + name + ".journal", std::string(4096, 'x'));
  SpaceKeeper keeper([](const std::string& line) { ADD_FAILURE() << line; });
  SpaceTask task;
  task.directory = directory.path();
  task.settings.max_files = 3;
  keeper.keep(task);

  keeper.vacuum_now();

  EXPECT_EQ(files_in(directory.path()), 4U + 2U);  // two archives beside system.journal
}

TEST(SpaceKeeper, TellsWhatUsersHaveApart) {
  const test::TempDir directory;
  for (const char* name : {"system", "user-1000", "user-1001"})
    test::write_text_file(directory.path() + "/" + name + ".journal", std::string(65536, 'x'));
  SpaceKeeper keeper([](const std::string& line) { ADD_FAILURE() << line; });
  SpaceTask task;
  task.directory = directory.path();

  keeper.keep(task);

  const SpaceReport report = keeper.report();
  EXPECT_EQ(report.files, 3U);
  EXPECT_EQ(report.user_files, 2U);
  EXPECT_GE(report.user_bytes, 2U * 65536);
  EXPECT_EQ(report.used_bytes * 2, report.user_bytes * 3);
}

}  // namespace
}  // namespace logq::collect
