#include "supervise/exec_command.h"

#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace logq::supervise {
namespace {

using Privileges = ExecCommand::Privileges;
using Words = std::vector<std::string>;

ExecCommands parse(std::string_view value) {
  return parse_exec_commands(value, Specifiers("web@7.service", "/u/web@.service", {}));
}

ExecCommand one(std::string_view value) {
  ExecCommands parsed = parse(value);
  EXPECT_EQ(parsed.commands.size(), 1U) << value << ": " << parsed.complaint;
  return parsed.commands.size() == 1 ? parsed.commands.front() : ExecCommand{};
}

TEST(ExecCommand, IsAProgramWithItsArguments) {
  const ExecCommand command = one(R"(/bin//./echo  a "b c" \x41 %i %% %n)");

  EXPECT_EQ(command.program, "/bin/echo");
  EXPECT_EQ(command.argv, (Words{"/bin//./echo", "a", "b c", "A", "7", "%", "web@7.service"}));
  EXPECT_FALSE(command.ignores_failure);
  EXPECT_TRUE(command.has_variables);
  EXPECT_EQ(command.privileges, Privileges::kOfService);
}

TEST(ExecCommand, HasPrefixesInAnyOrder) {
  const ExecCommand command = one("+:-@/bin/sh shell -c x");
  EXPECT_EQ(command.program, "/bin/sh");
  EXPECT_EQ(command.argv, (Words{"shell", "-c", "x"}));
  EXPECT_TRUE(command.ignores_failure);
  EXPECT_FALSE(command.has_variables);
  EXPECT_EQ(command.privileges, Privileges::kFull);
  EXPECT_EQ(one("!true").privileges, Privileges::kKeepUser);
  EXPECT_EQ(one("!!true").privileges, Privileges::kAmbient);
}

TEST(ExecCommand, IsOneOfSeveralBetweenSemicolons) {
  const ExecCommands parsed = parse(R"(a 1 ; b \; ; ; c ;)");

  ASSERT_EQ(parsed.commands.size(), 3U);
  EXPECT_EQ(parsed.commands[0].argv, (Words{"a", "1"}));
  EXPECT_EQ(parsed.commands[1].argv, (Words{"b", ";"}));
  EXPECT_EQ(parsed.commands[2].argv, Words{"c"});
}

TEST(ExecCommand, IsRefusedWithoutAProgramUnlessFailureIsIgnored) {
  for (const char* bad : {"bin/true", "./true", "++/bin/true", "@/bin/true", "/bin/", ".", "\"\"",
                          "/bin/tr\\x01ue", "/bin/true 'x", "${A}/true"}) {
    EXPECT_TRUE(parse(bad).is_fatal) << bad;
    const ExecCommands ignored = parse("-" + std::string(bad));
    EXPECT_FALSE(ignored.is_fatal) << bad;
    EXPECT_TRUE(ignored.commands.empty()) << bad;
    EXPECT_FALSE(ignored.complaint.empty()) << bad;
  }
}

TEST(ExecCommand, KeepsUnknownEscapesWithAComplaint) {
  const ExecCommands parsed = parse(R"(/bin/grep '\.$' x)");

  ASSERT_EQ(parsed.commands.size(), 1U);
  EXPECT_EQ(parsed.commands.front().argv[1], "\\.$");
  EXPECT_EQ(parsed.complaint, R"(Ignoring unknown escape sequences: "\.$")");
  EXPECT_FALSE(parsed.is_fatal);
}

std::optional<std::string> value_of(std::string_view name) {
  if (name == "ONE") return "one";
  if (name == "TWO") return "'a b'  c";
  if (name == "EMPTY") return "";
  return std::nullopt;
}

TEST(ExecVariables, AreSplitWhereTheyAreAWordAndWholeWithinOne) {
  EXPECT_EQ(substitute(one("p $ONE ${ONE} x${ONE}y x$ONE"), &value_of),
            (Words{"p", "one", "one", "xoney", "x$ONE"}));
  EXPECT_EQ(substitute(one("p $TWO ${TWO}"), &value_of), (Words{"p", "a b", "c", "'a b'  c"}));
}

TEST(ExecVariables, AreNothingWhereTheyAreNotSet) {
  EXPECT_EQ(substitute(one("p $NONE ${NONE} $EMPTY ${EMPTY} $NONE/x"), &value_of),
            (Words{"p", "", ""}));
}

TEST(ExecVariables, AreKeptByDoubledDollarsAndBySwitchingThemOff) {
  EXPECT_EQ(substitute(one("p $$ONE $${ONE} a$$ ${ONE $"), &value_of),
            (Words{"p", "$ONE", "${ONE}", "a$", "${ONE"}));
  EXPECT_EQ(substitute(one(":p $ONE $$"), &value_of), (Words{"p", "$ONE", "$$"}));
}

}  // namespace
}  // namespace logq::supervise
