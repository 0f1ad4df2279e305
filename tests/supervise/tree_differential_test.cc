// Scripts made at random, run on the supervisor of Erlang/OTP and on ours: which children are
// started and stopped, in which order, what requests are answered and how it ends must be the same.
#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/child_process.h"
#include "support/temp_dir.h"
#include "tree_world.h"

namespace logq::supervise {
namespace {

using logq::test::run_command;
using Random = std::mt19937;

std::size_t below(Random& random, std::size_t limit) {
  return random() % limit;
}

bool is_one_in(Random& random, std::size_t count) {
  return below(random, count) == 0;
}

// One step, as the escript beside this file reads it.
struct Step {
  std::string verb;
  std::string child;
  std::string other;   // of on_start and on_stop
  std::string kind;    // of an end
  unsigned times = 0;  // of fails, skips and together

  [[nodiscard]] std::string term() const {
    if (verb == "stop") return verb;
    std::string text = "{" + verb;
    if (!child.empty()) text += "," + child;
    if (!other.empty()) text += "," + other;
    if (!kind.empty()) text += "," + kind;
    if (times > 0) text += "," + std::to_string(times);
    return text + "}";
  }
  [[nodiscard]] ChildEnd end() const {
    return kind == "normal" || kind == "shutdown" ? ChildEnd::kNormal : ChildEnd::kAbnormal;
  }
};

struct Script {
  std::vector<Step> before;  // the tree is started
  SimulatedTree tree;
  std::vector<Step> steps;
};

std::string term_of(const SimulatedTree& tree);

std::string term_of(const SimulatedTree::Child& child, const TreeUnit& unit) {
  const bool is_significant =
      !unit.significant.empty() && std::ranges::count(unit.significant, child.spec.name) > 0;
  return "{" + (unit.strategy == Strategy::kSimpleOneForOne ? "w" : child.spec.name) + "," +
         std::string(name_of(child.spec.restart)) + "," + (is_significant ? "true" : "false") +
         "," + (child.tree ? term_of(*child.tree) : "worker") + "}";
}

std::string term_of(const SimulatedTree& tree) {
  constexpr const char* kAutoShutdowns[] = {"never", "any_significant", "all_significant"};
  std::string text = "{" + std::string(name_of(tree.unit.strategy)) + "," +
                     std::to_string(tree.unit.intensity) + "," +
                     kAutoShutdowns[static_cast<std::size_t>(tree.unit.auto_shutdown)] + ",[";
  for (const auto& child : tree.children)
    text += (text.back() == '[' ? "" : ",") + term_of(child, tree.unit);
  return text + "]}";
}

std::string term_of(const std::vector<Step>& steps) {
  std::string text = "[";
  for (const Step& step : steps)
    text += (text.back() == '[' ? "" : ",") + step.term();
  return text + "]";
}

std::string term_of(const Script& script) {
  return "{" + term_of(script.before) + "," + term_of(script.tree) + "," + term_of(script.steps) +
         "}.\n";
}

SimulatedTree random_tree(Random& random, const std::string& name, const std::string& workers) {
  SimulatedTree tree;
  tree.unit.name = name;
  tree.unit.strategy = static_cast<Strategy>(below(random, 3));
  tree.unit.intensity = static_cast<unsigned>(below(random, 5));
  tree.unit.period_usec = 3600 * base::kUsecPerSecond;
  tree.unit.auto_shutdown = static_cast<AutoShutdown>(is_one_in(random, 2) ? below(random, 3) : 0);
  for (const char worker : workers) {
    const auto restart = static_cast<ChildRestart>(below(random, 3));
    tree.children.push_back({{std::string(1, worker), restart}, nullptr});
    // OTP refuses what could never be significant.
    if (tree.unit.auto_shutdown != AutoShutdown::kNever && restart != ChildRestart::kPermanent &&
        is_one_in(random, 2)) {
      tree.unit.significant.emplace_back(1, worker);
    }
  }
  return tree;
}

std::string random_kind(Random& random) {
  constexpr const char* kKinds[] = {"normal", "shutdown", "crash", "kill", "crash"};
  return kKinds[below(random, std::size(kKinds))];
}

std::string any_of(Random& random, const std::vector<std::string>& names) {
  return names[below(random, names.size())];
}

// What some start or stop will meet with. While an inner tree is restarted because of what happened
// at its start, OTP's outer one goes on at the same time, in an order that nobody knows.
Step random_preparation(Random& random,
                        const std::vector<std::string>& workers,
                        bool is_outermost) {
  const std::string child = any_of(random, workers);
  const std::string other = any_of(random, workers);
  const std::size_t dice = below(random, 8);
  if (dice == 0) return {"skips", child, "", "", 1};
  if (dice < 4 || child == other) {
    return {"fails", child, "", "", 1 + static_cast<unsigned>(below(random, 3))};
  }
  return {is_outermost && dice < 6 ? "on_start" : "on_stop", child, other, random_kind(random)};
}

// A step about the workers of one tree; only the outermost one takes requests.
Step random_step(Random& random, const std::vector<std::string>& workers, bool is_outermost) {
  const std::string child = any_of(random, workers);
  const std::size_t dice = below(random, 16);
  if (dice < 8) return random_preparation(random, workers, is_outermost);
  if (dice == 8 && is_outermost) return {"terminate", child, "", ""};
  if (dice == 9 && is_outermost) return {"start", child, "", ""};
  return {"ends", child, "", random_kind(random)};
}

// a, b, c, perhaps d; in place of one of them perhaps a tree of x, y, z.
Script random_script(Random& random) {
  Script script;
  script.tree = random_tree(random, "app.tree", is_one_in(random, 2) ? "abc" : "abcd");
  std::vector<std::string> workers;
  for (const auto& child : script.tree.children)
    workers.push_back(child.spec.name);
  std::vector<std::string> inner;
  if (is_one_in(random, 3)) {
    const std::size_t place = below(random, workers.size());
    script.tree.children[place].tree =
        std::make_shared<SimulatedTree>(random_tree(random, workers[place], "xyz"));
    workers.erase(workers.begin() + static_cast<std::ptrdiff_t>(place));
    inner = {"x", "y", "z"};
  }
  while (is_one_in(random, 4))
    script.before.push_back(
        random_preparation(random, inner.empty() ? workers : inner, inner.empty()));
  for (std::size_t i = 0; i < 4 + below(random, 12); ++i) {
    const bool is_inner = !inner.empty() && is_one_in(random, 2);
    script.steps.push_back(random_step(random, is_inner ? inner : workers, !is_inner));
  }
  script.steps.push_back({"stop", "", "", ""});
  return script;
}

// Instances of one template: requests, ends, starts that fail or are not needed, and an end of one
// while another one is being started. One that has run is never skipped: of an instance whose
// restart is ignored OTP 25 keeps "undefined", on which its supervisor crashes when it ends.
Script random_simple_script(Random& random) {
  Script script;
  script.tree = random_tree(random, "app.tree", "w");
  script.tree.unit.strategy = Strategy::kSimpleOneForOne;
  script.tree.children.front().spec.name = "w@.service";
  for (std::string& name : script.tree.unit.significant)
    name = "w@.service";
  for (std::size_t i = 0; i < 6 + below(random, 12); ++i) {
    const auto any_instance = [&] {
      return "'w@" + std::to_string(below(random, 3)) + ".service'";
    };
    const std::string child = any_instance();
    const std::string other = any_instance();
    const std::size_t dice = below(random, 10);
    Step step{"start", child, "", ""};
    if (dice == 8) script.steps.push_back({"skips", "'w@3.service'", "", "", 1});
    if (dice == 8) step.child = "'w@3.service'";
    if (dice == 9 && child != other) step = {"on_start", child, other, random_kind(random)};
    if (dice == 0) step = {"fails", child, "", "", 1 + static_cast<unsigned>(below(random, 3))};
    if (dice == 1) step.verb = "terminate";
    if (dice > 4 && dice < 8) step = {"ends", child, "", random_kind(random)};
    script.steps.push_back(step);
  }
  script.steps.push_back({"stop", "", "", ""});
  return script;
}

// Three instances, none of which stops before all have been told to.
Script script_of_stops_together() {
  Script script;
  script.tree.unit.name = "app.tree";
  script.tree.unit.strategy = Strategy::kSimpleOneForOne;
  script.tree.children.push_back({{"w@.service", ChildRestart::kPermanent}, nullptr});
  for (const char* const name : {"'w@1.service'", "'w@2.service'", "'w@3.service'"})
    script.steps.push_back({"start", name, "", ""});
  script.steps.push_back({"together", "", "", "", 3});
  script.steps.push_back({"stop", "", "", ""});
  return script;
}

// What chance does not find: a significant child ends for good while another one is about to be
// restarted, because that has failed once, or because its own end is still to be dealt with.
std::vector<Script> awkward_scripts() {
  Script script;
  script.tree.unit.name = "app.tree";
  script.tree.unit.intensity = 4;
  script.tree.unit.auto_shutdown = AutoShutdown::kAllSignificant;
  script.tree.unit.significant = {"a", "b"};
  for (const char* const name : {"a", "b"})
    script.tree.children.push_back({{name, ChildRestart::kTransient}, nullptr});
  for (const char* const name : {"c", "d"})
    script.tree.children.push_back({{name, ChildRestart::kPermanent}, nullptr});
  Script failing = script;
  failing.steps = {{"fails", "b", "", "", 1},
                   {"on_start", "b", "a", "normal"},
                   {"ends", "b", "", "crash"},
                   {"stop", "", "", ""}};
  Script ended = script;
  ended.tree.unit.strategy = Strategy::kRestForOne;
  ended.steps = {{"on_start", "c", "a", "normal"},
                 {"on_start", "d", "b", "crash"},
                 {"ends", "c", "", "crash"},
                 {"stop", "", "", ""}};
  return {failing, ended};
}

void take(TreeWorld& world, const Step& step) {
  std::string child = step.child;
  std::erase(child, '\'');
  std::string other = step.other;
  std::erase(other, '\'');
  if (step.verb == "ends") world.end_worker(child, step.end());
  if (step.verb == "fails") world.fails[child] = step.times;
  if (step.verb == "skips") world.skips[child] = step.times;
  if (step.verb == "on_start") world.on_start[child] = {other, step.end()};
  if (step.verb == "on_stop") world.on_stop[child] = {other, step.end()};
  if (step.verb == "together") world.together = step.times;
  if (step.verb == "start") world.tree().start_child(child);
  if (step.verb == "terminate") world.tree().terminate_child(child);
  if (step.verb == "stop") world.tree().stop();
}

// OTP's supervisor does not wait for who asked to say what the answer was.
void set_answers_apart(std::vector<std::string>& events) {
  std::ranges::stable_partition(events, [](const std::string& event) { return event[0] != '='; });
}

std::vector<std::string> run_ours(const Script& script, Answers answers) {
  TreeWorld world(script.tree, answers);
  for (const Step& step : script.before)
    take(world, step);
  world.tree().start();
  world.settle();
  for (const Step& step : script.steps) {
    if (world.tree().state() == TreeState::kDown) break;
    take(world, step);
    world.settle();
  }
  for (std::string& event : world.events) {
    if (event == "end=start-failed") event = "end=failed";
    if (event == "end=intensity" || event == "end=auto-shutdown") event = "end=shutdown";
  }
  set_answers_apart(world.events);
  return world.events;
}

std::vector<std::vector<std::string>> run_otp(const std::vector<Script>& scripts) {
  std::string text;
  for (const Script& script : scripts)
    text += term_of(script);
  const logq::test::TempDir directory;
  const std::string file = directory.path() + "/scripts";
  logq::test::write_text_file(file, text);
  const auto result = run_command(
      {{"escript", LOGQ_SOURCE_DIR "/tests/supervise/otp_supervisor.escript", file}, {}, {}});
  EXPECT_EQ(result.status, 0) << result.out << result.err;
  std::vector<std::vector<std::string>> outcomes;
  std::istringstream lines(result.out);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    auto& outcome = outcomes.emplace_back();
    for (std::string word; words >> word;)
      outcome.push_back(word);
    set_answers_apart(outcome);
  }
  return outcomes;
}

// Instances are stopped all at once, by OTP in no order.
void sort_stops(std::vector<std::string>& events) {
  const auto is_stop = [](const std::string& event) { return event.front() == '-'; };
  for (auto begin = events.begin(); begin != events.end(); ++begin) {
    const auto end = std::find_if_not(begin, events.end(), is_stop);
    std::sort(begin, end);
    if (end != begin) begin = end - 1;
  }
}

bool has_erlang() {
  return run_command({{"sh", "-c", "command -v escript"}, {}, {}}).status == 0;
}

TEST(TreeDifferential, RandomScriptsHaveTheSameOrderAsInOtp) {
  if (!has_erlang()) GTEST_SKIP() << "erlang-base is not installed";
  Random random(20261123);
  std::vector<Script> scripts(1000);
  std::ranges::generate(scripts, [&] { return random_script(random); });

  const auto expected = run_otp(scripts);

  ASSERT_EQ(expected.size(), scripts.size());
  std::map<std::string, unsigned> ends;
  for (std::size_t i = 0; i < scripts.size(); ++i) {
    ASSERT_EQ(run_ours(scripts[i], Answers::kAtOnce), expected[i]) << i << term_of(scripts[i]);
    ASSERT_EQ(run_ours(scripts[i], Answers::kLater), expected[i]) << i << term_of(scripts[i]);
    for (const std::string& event : expected[i])
      if (event.starts_with("end=")) ++ends[event];
  }
  // Else too little was tried.
  EXPECT_GT(ends["end=stopped"], 200U);
  EXPECT_GT(ends["end=shutdown"], 200U);
  EXPECT_GT(ends["end=failed"], 50U);
}

TEST(TreeDifferential, AwkwardScriptsHaveTheSameOrderAsInOtp) {
  if (!has_erlang()) GTEST_SKIP() << "erlang-base is not installed";
  const std::vector<Script> scripts = awkward_scripts();

  const auto expected = run_otp(scripts);

  ASSERT_EQ(expected.size(), scripts.size());
  for (std::size_t i = 0; i < scripts.size(); ++i) {
    EXPECT_EQ(run_ours(scripts[i], Answers::kAtOnce), expected[i]);
    EXPECT_EQ(expected[i].back(), "end=stopped");
  }
}

TEST(TreeDifferential, RandomScriptsOfInstancesHaveTheSameOrderAsInOtp) {
  if (!has_erlang()) GTEST_SKIP() << "erlang-base is not installed";
  Random random(25);
  std::vector<Script> scripts(600);
  std::ranges::generate(scripts, [&] { return random_simple_script(random); });
  scripts.push_back(script_of_stops_together());

  auto expected = run_otp(scripts);

  ASSERT_EQ(expected.size(), scripts.size());
  for (std::size_t i = 0; i < scripts.size(); ++i) {
    sort_stops(expected[i]);
    for (const Answers answers : {Answers::kAtOnce, Answers::kLater}) {
      auto ours = run_ours(scripts[i], answers);
      sort_stops(ours);
      ASSERT_EQ(ours, expected[i]) << i << term_of(scripts[i]);
    }
  }
}

}  // namespace
}  // namespace logq::supervise
