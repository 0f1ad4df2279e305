// logq-run with sockets: handed over at once or when something comes in, and connections.
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <utility>

#include <gtest/gtest.h>

#include "base/io.h"
#include "cli/logq_run/programs.h"
#include "supervise/process_list.h"
#include "support/child_process.h"
#include "support/temp_dir.h"
#include "support/unix_socket.h"

namespace logq::test {
namespace {

using Strings = std::vector<std::string>;

// Greets one client and ends.
constexpr const char* kGreeter = R"py(
import os, socket
print("given", os.environ["LISTEN_FDS"], os.environ["LISTEN_FDNAMES"], flush=True)
client, _ = socket.socket(fileno=3).accept()
client.sendall(b"hello " + client.recv(100))
)py";

class ActivationTest : public testing::Test {
 protected:
  void SetUp() override {
    if (const auto why = StockJournald::unavailable()) GTEST_SKIP() << *why;
    journald_.emplace();
    write_text_file(path("greeter.py"), kGreeter);
  }
  [[nodiscard]] std::string path(const std::string& name) const {
    return home_.path() + "/" + name;
  }
  Environment environment() {
    Environment environment = towards(*journald_);
    environment.emplace_back("LOGQ_RUN_DIR", path("run"));
    return environment;
  }
  Command logq_run(Strings arguments) {
    arguments.insert(arguments.begin(), kLogqRun);
    return command(std::move(arguments), environment());
  }
  // What the greeter answers at the socket.
  [[nodiscard]] std::string greet(const std::string& name) const {
    wait_until([&] { return std::filesystem::exists(path("greeter.sock")); });
    return run_command({.argv = {"python3", "-c",
                                 "import socket, sys\n"
                                 "s = socket.socket(socket.AF_UNIX)\n"
                                 "s.connect(sys.argv[1])\n"
                                 "s.sendall(sys.argv[2].encode())\n"
                                 "print(s.recv(100).decode())",
                                 path("greeter.sock"), name},
                        .environment = {},
                        .input = {}})
        .out;
  }
  Strings told() { return column(journald_->entries({"SYSLOG_IDENTIFIER=logq-run"}), "MESSAGE"); }

  TempDir home_;
  std::optional<StockJournald> journald_;
};

TEST_F(ActivationTest, HandsASocketToTheProgram) {
  SupervisorProcess running(logq_run({"-u", "greeter", "--listen=web=" + path("greeter.sock"),
                                      "/usr/bin/python3", path("greeter.py")}));
  EXPECT_EQ(greet("you"), "hello you\n");
  EXPECT_EQ(running.wait().status, 0);
  EXPECT_EQ(journald_->entries({"MESSAGE=given 1 web"}).size(), 1U);
  EXPECT_EQ(told(),
            (Strings{"Listening on greeter.socket.", "Started greeter.service.",
                     "greeter.service: Deactivated successfully.",
                     "greeter.socket: Deactivated successfully.", "Closed greeter.socket."}));
}

TEST_F(ActivationTest, StartsAServiceWheneverSomethingComesIn) {
  write_text_file(path("greeter.service"),
                  "[Unit]\nDescription=Greeter\n[Service]\nExecStart=/usr/bin/python3 " +
                      path("greeter.py") + "\n");
  write_text_file(path("greeter.socket"),
                  "[Socket]\nListenStream=" + path("greeter.sock") + "\nSocketMode=0600\n");
  SupervisorProcess running(logq_run({path("greeter.socket")}));
  ASSERT_TRUE(wait_until([&] { return told().size() == 1; }));
  struct stat status {};
  ASSERT_EQ(::stat(path("greeter.sock").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0600U);
  EXPECT_EQ(greet("one"), "hello one\n");
  EXPECT_EQ(greet("two"), "hello two\n");
  ASSERT_TRUE(wait_until([&] { return told().size() == 5; }));
  running.signal(SIGTERM);
  EXPECT_EQ(running.wait().status, 0);

  EXPECT_EQ(
      told(),
      (Strings{"Listening on greeter.socket.", "Started greeter.service - Greeter.",
               "greeter.service: Deactivated successfully.", "Started greeter.service - Greeter.",
               "greeter.service: Deactivated successfully.",
               "greeter.socket: Deactivated successfully.", "Closed greeter.socket."}));
  EXPECT_EQ(journald_->entries({"MESSAGE=given 1 greeter.socket"}).size(), 2U);
}

TEST_F(ActivationTest, GivesUpOnAServiceThatNeverTakesWhatComesIn) {
  SupervisorProcess running(logq_run({"-u", "greeter", "--listen=" + path("greeter.sock"), "--lazy",
                                      "--property=StartLimitBurst=100", "true"}));
  ASSERT_TRUE(wait_until([&] { return accepts_connections(path("greeter.sock"), SOCK_STREAM); }));
  const CommandResult result = running.wait();
  EXPECT_EQ(result.status, 125);
  const Strings told = this->told();
  EXPECT_EQ(std::ranges::count(told,
                               "greeter.socket: Trigger limit hit, refusing further "
                               "activation."),
            1);
  EXPECT_EQ(std::ranges::count(told, "Started greeter.service."), 20);
}

TEST_F(ActivationTest, MakesDescriptorsStandardOnesByTheirNames) {
  SupervisorProcess running(logq_run(
      {"-u", "reader", "--listen=words=fifo:" + path("words"),
       "--listen=errors=fifo:" + path("errors"), "--property=StandardInput=fd:words",
       "--property=StandardOutput=journal", "--property=StandardError=fd:errors", "sh", "-c",
       "read line; echo heard $line; readlink /proc/self/fd/0; readlink /proc/self/fd/2"}));
  ASSERT_TRUE(wait_until([&] { return std::filesystem::exists(path("errors")); }));
  write_text_file(path("words"), "a word\n");
  EXPECT_EQ(running.wait().status, 0);
  EXPECT_EQ(column(journald_->entries({"SYSLOG_IDENTIFIER=sh"}), "MESSAGE"),
            (Strings{"heard a word", path("words"), path("errors")}));
}

TEST_F(ActivationTest, SaysWhichAddressCannotBeHad) {
  write_text_file(path("taken"), "");
  const CommandResult result = run_command(
      logq_run({"-u", "greeter", "--listen=" + path("taken"), "sh", "-c", "echo it ran"}));
  EXPECT_EQ(result.status, 125);
  EXPECT_EQ(result.err,
            "logq-run: greeter.socket: " + path("taken") + ": bind: Address already in use\n");
  EXPECT_EQ(told().back(), "Failed to listen on greeter.socket.");
  EXPECT_TRUE(journald_->entries({"MESSAGE=it ran"}).empty());
}

TEST_F(ActivationTest, SaysThatNothingCouldStartALazyServiceWithoutSockets) {
  write_text_file(path("greeter.service"), "[Service]\nExecStart=/bin/true\n");
  const CommandResult result = run_command(logq_run({"--lazy", path("greeter.service")}));
  EXPECT_EQ(result.status, 125);
  EXPECT_EQ(result.err,
            "logq-run: greeter.service: --lazy without a socket: nothing could start it\n");
}

TEST_F(ActivationTest, AnErlangPortMapperIsGivenItsPort) {
  if (!std::filesystem::exists("/usr/bin/epmd")) GTEST_SKIP() << "erlang-base is not installed";
  SupervisorProcess running(
      logq_run({"-u", "epmd", "--listen=127.0.0.1:14369", "--lazy", "/usr/bin/epmd", "-systemd"}));
  ASSERT_TRUE(wait_until([&] { return told().size() == 1; }));
  // NAMES_REQ; the answer begins with the number of the port it believes to have.
  const CommandResult names =
      run_command({.argv = {"python3", "-c",
                            "import socket\n"
                            "s = socket.create_connection(('127.0.0.1', 14369))\n"
                            "s.sendall(b'\\0\\1n')\n"
                            "print(s.recv(4).hex())"},
                   .environment = {},
                   .input = {}});
  EXPECT_EQ(names.out, "00001111\n") << names.err;
  running.signal(SIGTERM);
  EXPECT_EQ(running.wait().status, 143);
}

TEST_F(ActivationTest, RunsTheCommandsOfASocket) {
  write_text_file(path("greeter.service"),
                  "[Service]\nExecStart=/usr/bin/python3 " + path("greeter.py") + "\n");
  write_text_file(path("greeter.socket"),
                  "[Socket]\nListenStream=" + path("greeter.sock") +
                      "\nExecStartPre=/bin/echo before\nExecStartPost=/bin/sh -c 'id -un'\n"
                      "ExecStopPost=/bin/echo after\nUser=daemon\n");
  SupervisorProcess running(logq_run({path("greeter.socket"), path("greeter.service")}));
  EXPECT_EQ(greet("you"), "hello you\n");
  EXPECT_EQ(running.wait().status, 0);

  EXPECT_EQ(told(),
            (Strings{"Starting greeter.socket...", "Listening on greeter.socket.",
                     "Started greeter.service.", "greeter.service: Deactivated successfully.",
                     "Stopping greeter.socket...", "greeter.socket: Deactivated successfully.",
                     "Closed greeter.socket."}));
  EXPECT_EQ(column(journald_->entries({"_SYSTEMD_UNIT=greeter.socket"}), "MESSAGE"),
            (Strings{"before", "daemon", "after"}));
}

TEST_F(ActivationTest, ASocketCanBeStoppedWhileItsCommandsRun) {
  write_text_file(path("greeter.service"), "[Service]\nExecStart=/bin/true\n");
  write_text_file(path("greeter.socket"), "[Socket]\nListenStream=" + path("greeter.sock") +
                                              "\nExecStartPre=/bin/sleep 1000\n"
                                              "ExecStopPre=/bin/echo not run\n"
                                              "ExecStopPost=/bin/echo after\n");
  SupervisorProcess running(logq_run({path("greeter.socket")}));
  ASSERT_TRUE(wait_until([&] { return told().size() == 1; }));
  running.signal(SIGTERM);
  EXPECT_EQ(running.wait().status, 125);

  const Strings told = this->told();
  ASSERT_EQ(told.size(), 5U);
  EXPECT_EQ(told[2], "greeter.socket: Control process exited, code=killed, status=9/KILL");
  EXPECT_EQ(told[3], "greeter.socket: Failed with result 'signal'.");
  EXPECT_EQ(told[4], "Closed greeter.socket.");
  EXPECT_EQ(column(journald_->entries({"_SYSTEMD_UNIT=greeter.socket"}), "MESSAGE"),
            Strings{"after"});
}

TEST_F(ActivationTest, SaysWhichCommandOfASocketCannotBeRun) {
  write_text_file(path("greeter.service"), "[Service]\nExecStart=/bin/true\n");
  write_text_file(path("greeter.socket"), "[Socket]\nListenStream=" + path("greeter.sock") +
                                              "\nExecStartPre=/nonexistent/program\n");
  const CommandResult result = run_command(logq_run({path("greeter.socket")}));
  EXPECT_EQ(result.status, 125);
  EXPECT_EQ(result.err,
            "logq-run: greeter.socket: /nonexistent/program: No such file or directory\n");
  EXPECT_EQ(told().back(), "Failed to listen on greeter.socket.");
}

TEST_F(ActivationTest, ATreeSaysThatItRunsNoCommandsOfSockets) {
  write_text_file(path("greeter.service"),
                  "[Service]\nSockets=greeter.socket\nExecStart=/bin/sleep 1000\n");
  write_text_file(path("greeter.socket"), "[Socket]\nListenStream=" + path("greeter.sock") +
                                              "\nExecStartPre=/nonexistent/program\n");
  write_text_file(path("app.tree"), "[Supervisor]\nChildren=greeter.service\n");
  SupervisorProcess running(logq_run({path("app.tree")}));
  ASSERT_TRUE(wait_until([&] { return std::filesystem::exists(path("greeter.sock")); }));
  running.signal(SIGTERM);
  EXPECT_EQ(running.wait().err,
            "logq-run: greeter.socket: its commands are not run where it is of a tree\n");
}

// --- an instance for each connection ---

class AcceptTest : public ActivationTest {
 protected:
  void write_units(const std::string& of_socket, const std::string& of_service) {
    write_text_file(path("echo.socket"),
                    "[Socket]\nListenStream=" + path("echo.sock") + "\nAccept=yes\n" + of_socket);
    write_text_file(path("echo@.service"), "[Service]\n" + of_service);
  }
  base::UniqueFd connect() {
    EXPECT_TRUE(wait_until([&] { return has_told("Listening on echo.socket."); }));
    return connect_unix(path("echo.sock"), SOCK_STREAM);
  }
  bool has_told(const std::string& message) {
    const Strings messages = told();
    return std::ranges::count(messages, message) == 1;
  }
  // Up to the end of what comes back when nothing more is said.
  static std::string answer(const base::UniqueFd& client, const std::string& said) {
    EXPECT_TRUE(base::write_all(client.get(), said));
    ::shutdown(client.get(), SHUT_WR);
    std::string all;
    std::array<char, 256> piece{};
    for (ssize_t size = 0; (size = ::read(client.get(), piece.data(), piece.size())) > 0;)
      all.append(piece.data(), static_cast<std::size_t>(size));
    return all;
  }
  // Of the peer of this process: "echo@0-PID-UID.service", and the same as it is described.
  static std::string instance(int number) {
    return "echo@" + std::to_string(number) + "-" + std::to_string(::getpid()) + "-" +
           std::to_string(::getuid()) + ".service";
  }
  static std::string title(int number) {
    return instance(number) + " - PID " + std::to_string(::getpid()) + "/UID " +
           std::to_string(::getuid());
  }
};

TEST_F(AcceptTest, StartsAnInstanceForEachConnection) {
  write_units("", "ExecStart=/bin/sh -c 'echo $LISTEN_FDS $LISTEN_FDNAMES; cat <&3 >&3'\n");
  SupervisorProcess running(logq_run({path("echo.socket")}));
  EXPECT_EQ(answer(connect(), "one"), "one");
  EXPECT_EQ(answer(connect(), "two"), "two");
  running.signal(SIGTERM);
  EXPECT_EQ(running.wait().status, 0);

  EXPECT_EQ(told(),
            (Strings{"Listening on echo.socket.", "Started " + title(0) + ".",
                     instance(0) + ": Deactivated successfully.", "Started " + title(1) + ".",
                     instance(1) + ": Deactivated successfully.",
                     "echo.socket: Deactivated successfully.", "Closed echo.socket."}));
  EXPECT_EQ(column(journald_->entries({"MESSAGE=1 connection"}), "_SYSTEMD_UNIT"),
            (Strings{instance(0), instance(1)}));
}

TEST_F(AcceptTest, AConnectionIsWhatAnInetdsProgramReadsAndWrites) {
  write_units("",
              "StandardInput=socket\nStandardError=journal\n"
              "ExecStart=/bin/sh -c 'cat; echo LISTEN_FDS=$LISTEN_FDS; echo told >&2'\n");
  SupervisorProcess running(logq_run({path("echo.socket")}));
  EXPECT_EQ(answer(connect(), "one\n"), "one\nLISTEN_FDS=\n");
  running.signal(SIGTERM);
  EXPECT_EQ(running.wait().status, 0);
  EXPECT_EQ(column(journald_->entries({"MESSAGE=told"}), "_SYSTEMD_UNIT"), Strings{instance(0)});
}

TEST_F(AcceptTest, InstancesSideBySideAreTheSameDynamicUser) {
  write_units("",
              "DynamicUser=yes\nStandardInput=socket\n"
              "ExecStart=/bin/sh -c 'read line; id -u; read line'\n");
  SupervisorProcess running(logq_run({path("echo.socket")}));
  const base::UniqueFd first = connect();
  const base::UniqueFd second = connect();
  ASSERT_TRUE(base::write_all(first.get(), "tell\n"));
  ASSERT_TRUE(base::write_all(second.get(), "tell\n"));
  EXPECT_TRUE(wait_until([&] { return has_told("Started " + title(1) + "."); }));
  const std::string user = answer(first, "");
  EXPECT_NE(user, "");
  EXPECT_EQ(answer(second, ""), user);
  running.signal(SIGTERM);
  EXPECT_EQ(running.wait().status, 0);
}

TEST_F(AcceptTest, ClosesAConnectionThatIsTooMany) {
  write_units("MaxConnections=1\n", "ExecStart=/bin/sleep 1000\n");
  SupervisorProcess running(logq_run({path("echo.socket")}));
  const base::UniqueFd first = connect();
  ASSERT_TRUE(wait_until([&] { return has_told("Started " + title(0) + "."); }));
  EXPECT_EQ(answer(connect(), ""), "");
  EXPECT_TRUE(has_told("echo.socket: Too many incoming connections (1), dropping connection."));
  running.signal(SIGTERM);
  EXPECT_EQ(answer(first, ""), "");  // it is stopped with us
  EXPECT_EQ(running.wait().status, 0);
  EXPECT_TRUE(has_told("Stopped " + title(0) + "."));
}

TEST_F(AcceptTest, ConnectionsTooSoonAfterEachOtherCloseTheSocketAndNotTheInstances) {
  write_units("TriggerLimitBurst=1\n", "StandardInput=socket\nExecStart=/bin/cat\n");
  SupervisorProcess running(logq_run({path("echo.socket")}));
  const base::UniqueFd first = connect();
  EXPECT_EQ(answer(connect(), ""), "");
  EXPECT_EQ(answer(first, "still here"), "still here");
  EXPECT_EQ(running.wait().status, 125);
  EXPECT_TRUE(has_told("echo.socket: Failed with result 'trigger-limit-hit'."));
  EXPECT_TRUE(has_told(instance(0) + ": Deactivated successfully."));
}

TEST_F(AcceptTest, AProgramOfTheCommandLineHasInstancesToo) {
  SupervisorProcess running(
      logq_run({"-u", "echo", "--description=Echo", "--listen=" + path("echo.sock"), "--accept",
                "--property=StandardInput=socket", "cat"}));
  EXPECT_EQ(answer(connect(), "one"), "one");
  running.signal(SIGINT);
  EXPECT_EQ(running.wait().status, 0);
  EXPECT_TRUE(has_told("Started " + instance(0) + " - Echo (PID " + std::to_string(::getpid()) +
                       "/UID " + std::to_string(::getuid()) + ")."));
}

TEST_F(AcceptTest, IsNotBegunWithoutATemplateOrBesideWhatItDoesNotServe) {
  write_units("", "ExecStart=/bin/true\n");
  write_text_file(path("other.service"), "[Service]\nSockets=echo.socket\nExecStart=/bin/true\n");
  const auto complaint = [&](Strings arguments) {
    const CommandResult result = run_command(logq_run(std::move(arguments)));
    EXPECT_EQ(result.status, 125);
    return result.err;
  };
  EXPECT_EQ(complaint({path("other.service"), path("echo.socket")}),
            "logq-run: other.service: not the service of a socket with Accept=yes that is run with "
            "it\n");
  EXPECT_EQ(complaint({path("other.service")}),
            "logq-run: echo.socket: Accept=yes: it has connections for instances of "
            "echo@.service, and nothing for other.service\n");
  std::filesystem::remove(path("echo@.service"));
  EXPECT_EQ(complaint({path("echo.socket")}),
            "logq-run: " + path("echo@i.service") + ": open: No such file or directory\n");
  EXPECT_FALSE(std::filesystem::exists(path("echo.sock")));
}

}  // namespace
}  // namespace logq::test
