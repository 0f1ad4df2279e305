// The units of packaging/systemd, as systemd-analyze judges them.
#include <string>

#include <gtest/gtest.h>

#include "support/machine_test.h"

namespace logq::test {
namespace {

constexpr const char* kUnits[] = {"systemd-journald.service", "systemd-journald@logq.service",
                                  "logqd.service"};

class UnitHardening : public MachineTest {
 protected:
  static void SetUpTestSuite() {
    boot([](const std::string& root) {
      link_drop_in(root, "journald-replacement.conf", "systemd-journald.service");
    });
  }
};

TEST_F(UnitHardening, UnitsHaveNoMistakes) {
  const CommandResult system =
      machine_->run({"systemd-analyze", "verify", "--man=no", "logqd.service", "logqd.socket",
                     "systemd-journald.service", "systemd-journald@logq.service"});
  const CommandResult user =
      machine_->run({"env", "XDG_RUNTIME_DIR=/run", "systemd-analyze", "--user", "verify",
                     "--man=no", "/usr/local/lib/systemd/user/logqd.service"});

  EXPECT_EQ(system.status, 0);
  EXPECT_EQ(system.err, "");
  EXPECT_EQ(user.status, 0);
  EXPECT_EQ(user.err, "");
}

// What `systemd-analyze security` prints of a unit among others: "UNIT 4.3 OK :-)".
std::string score_of(const std::string& table, const std::string& unit) {
  const std::size_t at = table.find("\n" + unit + " ");
  if (at == std::string::npos) return "none";
  const std::size_t begin = table.find_first_not_of(' ', at + unit.size() + 1);
  return table.substr(begin, table.find(' ', begin) - begin);
}

TEST_F(UnitHardening, ScoresAreThoseOfTheDocument) {
  const std::string document = read_text_file(LOGQ_SOURCE_DIR "/docs/systemd-units.md");
  const std::string table =
      machine_->output_of({"systemd-analyze", "security", kUnits[0], kUnits[1], kUnits[2]});

  // Other versions weigh other things.
  const bool compares = machine_->output_of({"systemctl", "--version"}).starts_with("systemd 252 ");
  for (const std::string unit : kUnits) {
    const std::string score = score_of(table, unit);
    const std::size_t row = document.find("| `" + unit + "` |");
    ASSERT_NE(row, std::string::npos) << unit;
    const std::string told = document.substr(row, document.find('\n', row) - row);
    EXPECT_TRUE(!compares || told.ends_with("| " + score + " |")) << unit << ": " << score;
  }
}

}  // namespace
}  // namespace logq::test
