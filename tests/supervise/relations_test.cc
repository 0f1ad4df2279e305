#include "supervise/relations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/child_process.h"
#include "support/temp_dir.h"

namespace logq::supervise {
namespace {

LoadedService service_with(const std::string& lines) {
  return read_service("hello.service",
                      {{"hello.service", "[Unit]\n" + lines + "[Service]\nExecStart=/bin/true\n"}},
                      {});
}

TEST(Relations, SocketsOfTheServiceAreOpenedThatItRequiresWantsOrIsBoundTo) {
  const test::TempDir directory;
  for (const char* name : {"/a.socket", "/c.socket", "/d.socket", "/e.socket", "/f.socket"})
    test::write_text_file(directory.path() + name,
                          "[Socket]\nListenStream=/run/x\nService=hello.service\n");
  for (const char* name : {"/hello.socket", "/other.socket"})
    test::write_text_file(directory.path() + name, "[Socket]\nListenStream=/run/x\n");
  const auto loaded = service_with(
      "Requires=a.socket b.service hello.socket sockets.target missing.socket\nWants=c.socket\n"
      "BindTo=d.socket a.socket other.socket\nAfter=e.socket\nPartOf=f.socket\n");

  std::vector<std::string> names;
  for (const LoadedSocket& socket : sockets_of(loaded.unit, directory.path() + "/", {}))
    names.push_back(socket.unit.name);
  EXPECT_EQ(names, (std::vector<std::string>{"a.socket", "hello.socket", "c.socket", "d.socket"}));
}

TEST(Relations, AreNotTakenForIgnoredWhereAllTheirUnitsRunToo) {
  auto loaded = service_with(
      "After=a.socket b.service network.target\nBindTo=a.socket\nRequires=a.socket c.service\n");
  ASSERT_EQ(loaded.problems.size(), 3U);

  forget_met_relations(loaded, {"a.socket", "b.service"});

  ASSERT_EQ(loaded.problems.size(), 1U);
  EXPECT_THAT(loaded.problems.front().text(), testing::HasSubstr("'Requires'"));
}

TEST(Relations, LeaveOtherProblemsAlone) {
  auto loaded = service_with("Bogus=1\nOnFailure=a.service\n");
  ASSERT_EQ(loaded.problems.size(), 2U);
  forget_met_relations(loaded, {"a.service"});
  EXPECT_EQ(loaded.problems.size(), 2U);
}

TEST(Relations, OnFailureIsToldOfForTheUnitsAloneThatCannotBeStarted) {
  auto loaded =
      service_with("OnFailure=a.service b@%p.service a.service\nOnSuccess=a.service c.target\n");
  ASSERT_EQ(loaded.problems.size(), 2U);

  keep_startable(loaded, [](const std::string& name) { return !name.ends_with(".target"); });

  EXPECT_EQ(loaded.unit.dependencies.on_failure,
            (std::vector<std::string>{"a.service", "b@hello.service"}));
  EXPECT_EQ(loaded.unit.dependencies.on_success, std::vector<std::string>{"a.service"});
  ASSERT_EQ(loaded.problems.size(), 1U);
  EXPECT_EQ(loaded.problems.front().text(),
            "hello.service:3: Key 'OnSuccess' in section [Unit] is not honoured by logq-run yet, "
            "ignoring: c.target");
}

}  // namespace
}  // namespace logq::supervise
