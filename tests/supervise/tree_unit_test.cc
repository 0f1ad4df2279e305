#include "supervise/tree_unit.h"

#include <filesystem>
#include <map>

#include <gtest/gtest.h>

#include "support/child_process.h"
#include "support/temp_dir.h"

namespace logq::supervise {
namespace {

using Lines = std::vector<std::string>;
constexpr std::uint64_t kTreeSecond = base::kUsecPerSecond;

LoadedTree loaded(const std::string& text, const std::string& drop_in = "") {
  HostFacts host;
  host.host_name = "vm";
  std::vector<UnitFileText> files{{"app.tree", text}};
  if (!drop_in.empty()) files.push_back({"app.tree.d/x.conf", drop_in});
  return read_tree("app.tree", files, host);
}

Lines texts_of(const std::vector<UnitProblem>& problems) {
  Lines lines;
  for (const UnitProblem& problem : problems)
    lines.push_back(problem.text());
  return lines;
}

// Of a file with a child, so that nothing else is missing.
Lines problems_with(const std::string& settings) {
  return texts_of(loaded("[Supervisor]\nChildren=a.service\n" + settings).problems);
}

TEST(TreeUnit, EverySettingIsRead) {
  const LoadedTree tree = loaded(
      "[Unit]\nDescription=The app on %H\nDocumentation=man:app(8)\n[Supervisor]\n"
      "Strategy=rest_for_one\nIntensity=3\nPeriod=1min\nAutoShutdown=any_significant\n"
      "Significant=b.service\nRestart=on-failure\nChildren=a.service inner.tree\n"
      "Children=b.service w@7.service\n");

  EXPECT_EQ(texts_of(tree.problems), Lines{});
  EXPECT_EQ(tree.unit.description, "The app on vm");
  EXPECT_EQ(tree.unit.documentation, Lines{"man:app(8)"});
  EXPECT_EQ(tree.unit.strategy, Strategy::kRestForOne);
  EXPECT_EQ(tree.unit.intensity, 3U);
  EXPECT_EQ(tree.unit.period_usec, 60 * kTreeSecond);
  EXPECT_EQ(tree.unit.auto_shutdown, AutoShutdown::kAnySignificant);
  EXPECT_EQ(tree.unit.significant, Lines{"b.service"});
  EXPECT_EQ(tree.unit.restart, ChildRestart::kTransient);
  EXPECT_EQ(tree.unit.children, (Lines{"a.service", "inner.tree", "b.service", "w@7.service"}));
}

TEST(TreeUnit, DefaultsAreThoseOfOtp) {
  const TreeUnit unit = loaded("[Supervisor]\nChildren=a.service\n").unit;

  EXPECT_EQ(unit.strategy, Strategy::kOneForOne);
  EXPECT_EQ(unit.intensity, 1U);
  EXPECT_EQ(unit.period_usec, 5 * kTreeSecond);
  EXPECT_EQ(unit.auto_shutdown, AutoShutdown::kNever);
  EXPECT_EQ(unit.restart, ChildRestart::kPermanent);
}

TEST(TreeUnit, AnEmptyListTakesBackWhatWasSaid) {
  const LoadedTree tree = loaded("[Supervisor]\nChildren=a.service b.service\n",
                                 "[Supervisor]\nChildren=\nChildren=b.service\nIntensity=9\n");

  EXPECT_EQ(tree.unit.children, Lines{"b.service"});
  EXPECT_EQ(tree.unit.intensity, 9U);
  EXPECT_TRUE(tree.is_usable());
}

TEST(TreeUnit, WhatIsNotUnderstoodIsLeftOutWithItsLine) {
  EXPECT_EQ(problems_with("Intensity=few\nPeriod=soon\nPeriod=0\nAutoShutdown=maybe\n"
                          "Restart=sometimes\nBogus=1\nX-Other=1\n[Service]\nExecStart=/bin/a\n"),
            (Lines{"app.tree:3: Failed to parse unsigned value, ignoring: few",
                   "app.tree:4: Failed to parse sec value, ignoring: soon",
                   "app.tree:5: Period must not be zero, ignoring: 0",
                   "app.tree:6: Failed to parse automatic shutdown, ignoring: maybe",
                   "app.tree:7: Failed to parse service restart specifier, ignoring: sometimes",
                   "app.tree:8: Unknown key 'Bogus' in section [Supervisor], ignoring.",
                   "app.tree:10: Unknown section 'Service'. Ignoring."}));
}

TEST(TreeUnit, AnUnknownStrategyIsFatalEvenInADropIn) {
  const LoadedTree tree =
      loaded("[Supervisor]\nChildren=a.service\n", "[Supervisor]\nStrategy=one-for-one\n");

  EXPECT_FALSE(tree.is_usable());
  EXPECT_EQ(tree.problems.front().text(), "app.tree.d/x.conf:2: Unknown strategy: one-for-one");
}

TEST(TreeUnit, WrongChildrenAreFatal) {
  for (const auto& [child, message] : std::map<std::string, std::string>{
           {"a.service", "This is a child already: a.service"},
           {"app.tree", "A tree cannot be its own child: app.tree"},
           {"a.socket", "This is not the name of a service or of a tree: a.socket"},
           {"d/b.service", "This is not the name of a service or of a tree: d/b.service"},
           {"w@.tree", "This is not the name of a service or of a tree: w@.tree"},
           {"@.service", "This is not the name of a service or of a tree: @.service"}}) {
    const LoadedTree tree = loaded("[Supervisor]\nChildren=a.service " + child + "\n");

    EXPECT_FALSE(tree.is_usable());
    EXPECT_EQ(tree.problems.front().text(), "app.tree:2: " + message);
  }
}

TEST(TreeUnit, ATreeWithoutChildrenIsRefusedUnlessTheyComeOnRequest) {
  EXPECT_EQ(texts_of(loaded("[Supervisor]\n").problems),
            Lines{"app.tree: Tree has no Children=. Refusing."});
  EXPECT_TRUE(loaded("[Supervisor]\nStrategy=simple_one_for_one\n").is_usable());
}

TEST(TreeUnit, TemplatesAreForInstancesOnRequestAndForNothingElse) {
  EXPECT_TRUE(
      loaded("[Supervisor]\nStrategy=simple_one_for_one\nChildren=w@.service\n").is_usable());
  EXPECT_EQ(texts_of(loaded("[Supervisor]\nChildren=w@.service\n").problems),
            Lines{"app.tree: w@.service is a template, which only children of "
                  "Strategy=simple_one_for_one are. Refusing."});
  EXPECT_EQ(
      texts_of(loaded("[Supervisor]\nStrategy=simple_one_for_one\nChildren=a.service\n").problems),
      Lines{"app.tree: a.service is no template, which children of "
            "Strategy=simple_one_for_one are. Refusing."});
}

TEST(TreeUnit, SignificanceThatHasNoEffectIsWarnedOf) {
  EXPECT_EQ(problems_with("Significant=a.service\n"),
            Lines{"app.tree: Significant= has no effect without AutoShutdown=. Ignoring."});
  EXPECT_EQ(problems_with("AutoShutdown=any_significant\nSignificant=b.service\n"),
            (Lines{"app.tree: Significant= names b.service, which is no child. Ignoring.",
                   "app.tree: AutoShutdown= has no effect without a child in Significant=."}));
}

TEST(TreeUnit, AChildThatIsAlwaysRestartedIsNotSignificant) {
  TreeUnit unit;
  unit.file = "app.tree";
  unit.significant = {"a.service", "b.service"};

  EXPECT_EQ(texts_of(check_significance(unit, {{"a.service", ChildRestart::kPermanent},
                                               {"b.service", ChildRestart::kTransient},
                                               {"c.service", ChildRestart::kPermanent}})),
            Lines{"app.tree: Significant= names a.service, which is always restarted and so never "
                  "ends for good. Ignoring."});
}

class Nesting : public testing::Test {
 protected:
  const TreeUnit& tree(const std::string& name, Lines children) {
    TreeUnit& unit = trees_[name];
    unit.name = name;
    unit.file = "/etc/" + name;
    unit.children = std::move(children);
    return unit;
  }
  Lines problems(const TreeUnit& root) {
    return texts_of(check_nesting(root, [this](const std::string& name) {
      const auto found = trees_.find(name);
      return found == trees_.end() ? nullptr : &found->second;
    }));
  }

 private:
  std::map<std::string, TreeUnit> trees_;
};

TEST_F(Nesting, TreesInTreesAreFine) {
  const TreeUnit& root = tree("a.tree", {"x.service", "b.tree", "c.tree", "absent.tree"});
  tree("b.tree", {"y.service", "d.tree"});
  tree("c.tree", {"z.service"});
  tree("d.tree", {"w.service"});

  EXPECT_EQ(problems(root), Lines{});
}

TEST_F(Nesting, ACycleIsTold) {
  const TreeUnit& root = tree("a.tree", {"b.tree"});
  tree("b.tree", {"c.tree"});
  tree("c.tree", {"b.tree"});

  EXPECT_EQ(problems(root),
            Lines{"/etc/c.tree: The tree leads back to itself: b.tree, c.tree, b.tree"});
}

TEST_F(Nesting, AChildOfTwoTreesIsTold) {
  const TreeUnit& root = tree("a.tree", {"b.tree", "x.service"});
  tree("b.tree", {"x.service"});

  EXPECT_EQ(problems(root), Lines{"/etc/a.tree: x.service is a child of b.tree already"});
}

TEST(TreeUnit, IsLoadedWithItsDropIns) {
  const test::TempDir directory;
  const std::string path = directory.path() + "/app.tree";
  test::write_text_file(path, "[Supervisor]\nChildren=a.service\n");
  std::filesystem::create_directory(path + ".d");
  test::write_text_file(path + ".d/10-more.conf", "[Supervisor]\nChildren=b.service\n");

  const LoadedTree tree = load_tree(path, {});

  EXPECT_EQ(tree.unit.name, "app.tree");
  EXPECT_EQ(tree.unit.file, path);
  EXPECT_EQ(tree.unit.children, (Lines{"a.service", "b.service"}));
}

TEST(TreeUnit, TheExampleOfThePageIsReadWithoutAWord) {
  const std::string page = test::read_text_file(LOGQ_SOURCE_DIR "/docs/supervision-trees.md");
  const std::size_t begin = page.find("```ini\n") + 7;
  ASSERT_LT(begin, page.size());

  const LoadedTree tree = loaded(page.substr(begin, page.find("```", begin) - begin));

  EXPECT_EQ(texts_of(tree.problems), Lines{});
  EXPECT_EQ(tree.unit.children, (Lines{"database.service", "cache.service", "web.service"}));
}

TEST(TreeUnit, AFileThatCannotBeReadOrIsNoTreeIsFatal) {
  EXPECT_FALSE(load_tree("/nonexistent/app.tree", {}).is_usable());
  EXPECT_EQ(load_tree("/etc/hello.service", {}).problems.front().text(),
            "/etc/hello.service: This is not the name of a tree unit.");
}

}  // namespace
}  // namespace logq::supervise
