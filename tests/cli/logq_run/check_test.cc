#include <unistd.h>

#include <string>

#include <gtest/gtest.h>

#include "cli/logq_run/programs.h"
#include "support/temp_dir.h"

namespace logq::test {
namespace {

class Check : public testing::Test {
 protected:
  // The path of a unit file with these lines in [Service].
  std::string unit(const std::string& name, const std::string& lines) {
    const std::string path = directory_.path() + "/" + name;
    write_text_file(path, "[Service]\n" + lines);
    return path;
  }
  CommandResult check(std::vector<std::string> files) {
    files.insert(files.begin(), {kLogqRun, "--check"});
    return run_command(command(std::move(files), without_collector()));
  }

  TempDir directory_;
};

TEST_F(Check, SaysNothingOfAGoodUnit) {
  const CommandResult result = check({unit("a.service", "ExecStart=/bin/true\n")});

  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.out + result.err, "");
}

TEST_F(Check, WarnsOfLinesThatAreLeftOut) {
  const std::string path =
      unit("a.service", "ExecStart=true\nBogus=1\nPrivateTmp=yes\nRestart=sometimes\n");

  const CommandResult result = check({path});

  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.err, path + ":3: Unknown key 'Bogus' in section [Service], ignoring.\n" + path +
                            ":4: Key 'PrivateTmp' in section [Service] is not honoured by logq-run "
                            "(sandboxing), ignoring.\n" +
                            path +
                            ":5: Failed to parse service restart specifier, ignoring: sometimes\n");
}

TEST_F(Check, ReadsSocketsAsWellAndOpensNone) {
  const std::string path = directory_.path() + "/a.socket";
  write_text_file(path, "[Socket]\nListenStream=" + directory_.path() + "/x\nBacklog=few\n");
  const std::string bad = directory_.path() + "/b.socket";
  write_text_file(bad, "[Socket]\nListenStream=nowhere\n");

  const CommandResult good = check({path});
  EXPECT_EQ(good.status, 0);
  EXPECT_EQ(good.err, path + ":3: Failed to parse unsigned value, ignoring: few\n");
  EXPECT_NE(::access((directory_.path() + "/x").c_str(), F_OK), 0);
  EXPECT_EQ(check({path, bad}).status, 1);
}

TEST_F(Check, ReadsTreesWithAllThatIsInThem) {
  const std::string tree = directory_.path() + "/app.tree";
  write_text_file(tree, "[Supervisor]\nChildren=a.service inner.tree\n");
  write_text_file(directory_.path() + "/inner.tree", "[Supervisor]\nChildren=b.service\n");
  unit("a.service", "ExecStart=/bin/true\n");
  unit("b.service", "ExecStart=/no/such\n");
  const CommandResult missing = check({tree});
  EXPECT_EQ(missing.status, 1);
  EXPECT_EQ(missing.err,
            "b.service: Command /no/such is not executable: No such file or directory\n");

  write_text_file(directory_.path() + "/inner.tree", "[Supervisor]\nChildren=app.tree\n");
  const CommandResult ring = check({tree});
  EXPECT_EQ(ring.status, 1);
  EXPECT_NE(ring.err.find("The tree leads back to itself: app.tree, inner.tree, app.tree"),
            std::string::npos)
      << ring.err;
}

TEST_F(Check, FailsWhenOneOfTheUnitsCannotBeStarted) {
  const CommandResult result =
      check({unit("bad.service", "ExecStart=bin/true\n"),
             unit("good.service", "ExecStart=/bin/true\n"), directory_.path() + "/none.service"});

  EXPECT_EQ(result.status, 1);
  EXPECT_EQ(result.err, directory_.path() +
                            "/bad.service:2: Neither a valid executable name nor an absolute "
                            "path: bin/true\nbad.service: Unit configuration has fatal error, "
                            "unit will not be started.\n" +
                            directory_.path() + "/none.service: open: No such file or directory\n");
}

TEST_F(Check, FailsWhenAProgramIsMissingUnlessItMay) {
  const CommandResult missing = check({unit("a.service", "ExecStart=/no/such\nExecStop=/etc\n")});
  EXPECT_EQ(missing.status, 1);
  EXPECT_EQ(missing.err,
            "a.service: Command /no/such is not executable: No such file or directory\n"
            "a.service: Command /etc is not executable: Is a directory\n");

  EXPECT_EQ(check({unit("b.service", "ExecStart=-/no/such\n")}).status, 0);
  EXPECT_EQ(check({unit("c.service", "ExecStart=/no/such\nRootDirectory=/srv\n")}).status, 0);
}

TEST_F(Check, TakesATemplateForOneOfItsInstances) {
  const CommandResult result = check({unit("web@.service", "ExecStart=/bin/true %i\nNice=%i\n")});

  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.err, directory_.path() +
                            "/web@.service:3: Failed to parse nice priority '%i', ignoring: "
                            "Invalid argument\n");
}

TEST_F(Check, NeedsAFile) {
  const CommandResult result = check({});

  EXPECT_EQ(result.status, 125);
  EXPECT_EQ(result.err, "logq-run: no unit file given (try logq-run --help)\n");
}

TEST_F(Check, ShowsNothingThatCommandsTheTerminal) {
  const CommandResult result = check({unit("a.service", "ExecStart=/bin/true\n\x1b[31m=1\n")});

  EXPECT_EQ(result.err.find('\x1b'), std::string::npos);
  EXPECT_NE(result.err.find("Unknown key"), std::string::npos);
}

}  // namespace
}  // namespace logq::test
