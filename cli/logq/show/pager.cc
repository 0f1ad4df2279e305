#include "logq/show/pager.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <optional>

#include "base/io.h"
#include "base/quantity.h"

namespace logq::cli {
namespace {

constexpr const char* kDefaultLessFlags = "FRSXMK";

volatile sig_atomic_t pager_ended = 0;

void note_end(int /*signal_number*/) {
  pager_ended = 1;
}

std::vector<std::string> split_words(std::string_view text) {
  std::vector<std::string> words;
  while (true) {
    const std::size_t begin = text.find_first_not_of(" \t\n");
    if (begin == std::string_view::npos) return words;
    text.remove_prefix(begin);
    const std::size_t end = std::min(text.find_first_of(" \t\n"), text.size());
    words.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
  }
}

// The pager that the environment asks for: nothing said, or words, of which none means no pager.
std::optional<std::vector<std::string>> chosen_pager(const Environment& environment) {
  for (const char* const name : {"LOGQ_PAGER", "SYSTEMD_PAGER", "PAGER"}) {
    const char* const text = environment(name);
    if (text == nullptr) continue;
    std::vector<std::string> words = split_words(text);
    if (words.size() == 1 && words.front() == "cat") words.clear();
    return words;
  }
  return std::nullopt;
}

// Only returns when there is no such program.
void become(const std::vector<std::string>& command) {
  std::vector<char*> argv;
  for (const std::string& word : command)
    argv.push_back(const_cast<char*>(word.c_str()));  // execvp does not write to them
  argv.push_back(nullptr);
  ::execvp(argv[0], argv.data());
}

[[noreturn]] void copy_input() {
  std::array<char, 65536> chunk{};
  for (;;) {
    const ssize_t count = ::read(STDIN_FILENO, chunk.data(), chunk.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) ::_exit(0);
    const std::string_view bytes(chunk.data(), static_cast<std::size_t>(count));
    if (!base::write_all(STDOUT_FILENO, bytes)) ::_exit(1);
  }
}

// Ctrl-C is less's to interpret; what it must not do is outlive the one that feeds it.
[[noreturn]] void run_pager(const PagerPlan& plan, int input) {
  ::dup2(input, STDIN_FILENO);
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  ::setenv("LESS", plan.less_flags.c_str(), 1);
  if (!plan.less_charset.empty()) ::setenv("LESSCHARSET", plan.less_charset.c_str(), 1);
  if (plan.secure) ::setenv("LESSSECURE", "1", 1);
  for (const std::vector<std::string>& command : plan.commands)
    become(command);
  copy_input();
}

void handle(int signal_number, void (*handler)(int), int flags) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = flags;
  ::sigemptyset(&action.sa_mask);
  ::sigaction(signal_number, &action, nullptr);
}

}  // namespace

bool is_elevated(const Environment& environment) {
  if (::geteuid() != ::getuid() || ::getegid() != ::getgid()) return true;
  const std::string own = std::to_string(::geteuid());
  for (const char* const name : {"SUDO_UID", "PKEXEC_UID"}) {
    const char* const caller = environment(name);
    if (caller != nullptr && caller != own) return true;
  }
  return environment("DOAS_USER") != nullptr;
}

PagerPlan plan_pager(const Environment& environment, bool jump_to_end, bool elevated, bool utf8) {
  PagerPlan plan;
  const auto chosen = chosen_pager(environment);
  if (chosen && chosen->empty()) return plan;

  // Only an answer that is understood is a promise that the chosen pager is safe.
  const char* const text = environment("SYSTEMD_PAGERSECURE");
  const auto secure = base::parse_boolean(text != nullptr ? text : "");
  plan.secure = secure.value_or(elevated);
  const bool own_choice_is_safe = !plan.secure || secure.has_value();
  if (chosen && own_choice_is_safe) plan.commands.push_back(*chosen);
  plan.commands.push_back({"less"});
  if (!plan.secure) plan.commands.push_back({"more"});

  const char* const flags = environment("SYSTEMD_LESS");
  plan.less_flags = flags != nullptr ? flags : kDefaultLessFlags;
  if (jump_to_end) plan.less_flags += " +G";
  const char* const charset = environment("SYSTEMD_LESSCHARSET");
  plan.less_charset = charset != nullptr ? charset : utf8 ? "utf-8" : "";
  return plan;
}

void Pager::open(const Terminal& terminal, bool jump_to_end) {
  if (!terminal.is_terminal || terminal.is_dumb) return;
  const Environment environment = [](const char* name) -> const char* { return ::getenv(name); };
  const PagerPlan plan =
      plan_pager(environment, jump_to_end, is_elevated(environment), locale_is_utf8());
  int ends[2] = {-1, -1};
  if (plan.commands.empty() || ::pipe2(ends, O_CLOEXEC) < 0) return;
  const base::UniqueFd read_end(ends[0]);
  base::UniqueFd write_end(ends[1]);

  // Before the child is there, so that its end cannot be missed.
  handle(SIGCHLD, &note_end, SA_RESTART | SA_NOCLDSTOP);
  const pid_t pid = ::fork();
  if (pid < 0) return;
  if (pid == 0) {
    write_end.reset();  // or its input would never end where it only copies
    run_pager(plan, read_end.get());
  }
  pid_ = pid;
  handle(SIGPIPE, SIG_IGN, 0);
  const bool ends_on_interrupt = plan.less_flags.find('K') != std::string::npos;
  if (!ends_on_interrupt) handle(SIGINT, SIG_IGN, 0);
  ::dup2(write_end.get(), STDOUT_FILENO);
  if (::isatty(STDERR_FILENO) != 1) return;
  terminal_errors_.reset(::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
  if (terminal_errors_.is_open()) ::dup2(write_end.get(), STDERR_FILENO);
}

void Pager::finish() {
  if (pid_ <= 0) return;
  ::close(STDOUT_FILENO);
  if (terminal_errors_.is_open()) ::dup2(terminal_errors_.get(), STDERR_FILENO);
  handle(SIGINT, SIG_IGN, 0);  // the user ends the pager, not us before it
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
}

bool Pager::ended() {
  return pager_ended != 0;
}

}  // namespace logq::cli
