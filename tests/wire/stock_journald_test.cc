// The codecs against the real journald: the same bytes to both, and the same entries expected.
#include "support/stock_journald.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <cstring>
#include <filesystem>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "support/child_process.h"
#include "support/native_sender.h"
#include "wire/native_protocol.h"
#include "wire/native_samples.h"
#include "wire/stdout_stream.h"

namespace logq::wire {
namespace {

using namespace std::string_literals;
using logq::test::JournalFields;
using logq::test::NativeSender;
using logq::test::StockJournald;
using test::binary_field;
using test::numbered_fields;

using Stored = std::vector<JournalFields>;

// Of an entry as stored, what its sender sent.
JournalFields client_fields(const JournalFields& entry) {
  JournalFields fields;
  for (const auto& [name, value] : entry) {
    if (!name.starts_with('_')) fields.emplace(name, value);
  }
  return fields;
}

Stored decode_stored(const std::string& datagram) {
  Stored entries;
  for (const auto& decoded : test::decode_all(datagram)) {
    JournalFields& fields = entries.emplace_back();
    for (const auto& field : decoded) {
      const std::size_t equals = field.find('=');
      fields.emplace(field.substr(0, equals), field.substr(equals + 1));
    }
  }
  return entries;
}

// What lies between the markers "CASE=0", "CASE=1" and so on, in the order stored.
std::vector<Stored> split_at_markers(const Stored& entries) {
  std::vector<Stored> cases;
  for (const auto& entry : entries) {
    if (entry.contains("CASE")) {
      cases.emplace_back();
    } else if (!cases.empty() && entry.at("_TRANSPORT") != "driver") {
      cases.back().push_back(entry);
    }
  }
  return cases;
}

// journald opens its native socket after the stdout socket, whose readiness StockJournald awaits.
NativeSender connect_native(const StockJournald& journald) {
  const std::string path = journald.native_socket();
  logq::test::wait_until([&] { return std::filesystem::exists(path); });
  return NativeSender(path);
}

const std::vector<std::string>& odd_datagrams() {
  static const std::vector<std::string> kDatagrams = {
      "MESSAGE=a\n\nMESSAGE=b\n",
      "\nMESSAGE=a\n",
      "bad=a\n\nMESSAGE=b\n",
      "#x\n\nMESSAGE=b\n",
      "MESSAGE=a\n\n\nMESSAGE=b\n",
      "MESSAGE=a\nFOO=noise",
      ".MESSAGE=x\n#A=1\nMESSAGE=y\n.abc",
      "_A=1\n1A=1\nA-B=1\n=1\nA B=1\nlower=1\nA\0B=1\nA\xc3\x84=1\nOK=1\n"s,
      "MESSAGE=a\0b\xff\r\nEMPTY=\nPRIORITY=99\n"s,
      "MESSAGE=a\n" + binary_field("FOO", "") + "BAR=1\n",
      "MESSAGE=a\n" + binary_field("fo o", "a\nX=1\n") + "BAR=1\n",
      "MESSAGE=a\n" + binary_field("FOO", "x\n\0="s) + "\n" + binary_field("MESSAGE", "b\n"),
      "MESSAGE=a\nFOO\n" + test::le64(100) + "short\n",
      "MESSAGE=a\nFOO\n" + test::le64(3) + "abcX\nBAR=1\n",
      "MESSAGE=a\nFOO\n" + std::string(7, '\0'),
      "MESSAGE=a\nFOO\n" + test::le64(kDataSizeMax + 1) + "x\n\nMESSAGE=b\n",
      "MESSAGE=a\n =\n\nMESSAGE=b\n",
      std::string(64, 'A') + "=x\n" + std::string(65, 'B') + "=x\n",
      binary_field(std::string(65, 'A'), "x") + "B=1\n",
      numbered_fields(1025) + "#comment\n",
      numbered_fields(1026) + "\nMESSAGE=after\n",
      numbered_fields(1025) + "bad=1\n",
  };
  return kDatagrams;
}

TEST(NativeDecoder, ReadsOddDatagramsAsJournaldDoes) {
  if (const auto why = StockJournald::unavailable()) GTEST_SKIP() << *why;
  StockJournald journald;
  NativeSender sender = connect_native(journald);
  for (const auto& datagram : odd_datagrams()) {
    sender.send_bytes("CASE=1\n");
    sender.send_bytes(datagram);
  }

  const std::vector<Stored> stored = split_at_markers(journald.entries());

  ASSERT_EQ(stored.size(), odd_datagrams().size());
  for (std::size_t i = 0; i < stored.size(); ++i) {
    Stored sent_by_client;
    for (const auto& entry : stored[i])
      sent_by_client.push_back(client_fields(entry));
    EXPECT_EQ(decode_stored(odd_datagrams()[i]), sent_by_client)
        << odd_datagrams()[i].substr(0, 200);
  }
}

struct StoredLine {
  std::string message;
  std::string identifier;
  std::string line_break;
  int priority = 0;

  friend bool operator==(const StoredLine&, const StoredLine&) = default;
};

void PrintTo(const StoredLine& line, std::ostream* out) {
  *out << line.identifier << ' ' << line.priority << ' ' << line.message.size() << " bytes "
       << testing::PrintToString(line.message.substr(0, 40)) << ' ' << line.line_break;
}

std::string value_of(const JournalFields& entry, const std::string& name) {
  const auto field = entry.find(name);
  return field == entry.end() ? "" : field->second;
}

// The lines of what a client wrote before it closed the stream; none when its header is refused.
std::vector<StoredLine> interpret_stream(std::string_view bytes) {
  StreamHeaderDecoder decoder;
  for (bool complete = false; !complete;) {
    const auto line = split_line(bytes, kStreamHeaderLineMax);
    if (!line || line->line_break != LineBreak::kNewline) return {};
    const Result<bool> fed = decoder.feed_line(line->text);
    if (!fed) return {};
    bytes.remove_prefix(line->consumed);
    complete = *fed;
  }
  std::vector<StoredLine> lines;
  while (!bytes.empty()) {
    const StreamLine line = split_line(bytes, kDefaultLineMax)
                                .value_or(StreamLine{bytes, LineBreak::kEof, bytes.size()});
    bytes.remove_prefix(line.consumed);
    const StreamMessage message = interpret_line(line.text, decoder.header());
    if (message.message.empty()) continue;
    lines.push_back({std::string(message.message), decoder.header().identifier,
                     std::string(line_break_name(line.line_break)), message.priority});
  }
  return lines;
}

// journald asks for credentials once it has accepted. Bytes sent before that carry none, and what
// follows would be taken for another sender's: so the stream is written when sync() has returned.
void write_stream(StockJournald& journald, const std::string& bytes) {
  const std::string socket_path = journald.stdout_socket();
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  ASSERT_LT(socket_path.size(), sizeof(address.sun_path));
  std::memcpy(address.sun_path, socket_path.data(), socket_path.size());
  const base::UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  ASSERT_EQ(::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  journald.sync();
  // EPIPE is journald's way to refuse a header.
  std::ignore = ::send(fd.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

std::string stream(const std::string& text) {
  return "id\n\n30\n1\n0\n0\n0\n" + text;
}
std::string stream_with_priority(const std::string& line) {
  return "id\n\n" + line + "\n1\n0\n0\n0\nhello\n";
}
std::string stream_with_boolean(const std::string& line) {
  return "id\n\n6\n1\n" + line + "\n0\n0\nhello\n";
}

std::vector<std::string> odd_streams() {
  std::vector<std::string> streams = {
      "  my id \t\n\n6\n1\n0\n0\n0\nhello\n",
      "\n\n6\n1\n0\n0\n0\nhello\n",
      "id\0\n6\n1\n0\n0\n0\nhello\nhello\n"s,
      std::string(254, 'I') + "\n\n6\n1\n0\n0\n0\nhello\n",
      std::string(255, 'I') + "\n\n6\n1\n0\n0\n0\nhello\n",
      "id\n\n6\n0\n0\n0\n0\n<5>text\n",
  };
  for (const auto* line : {"0", "999", "1000", "-1", "abc", "", " 6 ", "+6", "0x10", "010", "09",
                           "0b11", "0O17", "6x", "0b", "0x", "-0", "+0b1", "0b 1"}) {
    streams.push_back(stream_with_priority(line));
  }
  for (const auto* line : {"YES", "oN", "t", "f", " 1 ", "", "2", "+1", "01", "enable"}) {
    streams.push_back(stream_with_boolean(line));
  }
  for (const auto& text : {"<5>hi\n<05>hi\n<005>hi\n<0005>hi\n<8>hi\n<15>hi\n<055>hi\n"s,
                           "<>a\n<5\n<5>\n<5>  \n <5>b\n"s, "<5><6>x\n< 5>y\n<-1>z\n"s,
                           "trail \t\r\n  lead\n\nvt\x0b\n"s, "  \n\t\n\r\n"s, "a\0b\nc"s,
                           "\0\0x\0"s, "eof "s, " "s}) {
    streams.push_back(stream(text));
  }
  for (const std::size_t length : {49150U, 49151U, 49152U, 49153U}) {
    streams.push_back(stream(std::string(length, 'x') + "\ny\n"));
    streams.push_back(stream(std::string(length, ' ') + "\0y\n"s));
  }
  return streams;
}

TEST(StdoutStream, OddStreamsAreReadAsJournaldDoes) {
  if (const auto why = StockJournald::unavailable()) GTEST_SKIP() << *why;
  StockJournald journald;
  NativeSender sender = connect_native(journald);
  const std::vector<std::string> streams = odd_streams();
  for (std::size_t i = 0; i < streams.size(); ++i) {
    // A stream of its own for each case, read to its end before the next one begins.
    sender.send_bytes("CASE=1\n");
    journald.sync();
    write_stream(journald, streams[i]);
    journald.sync();
  }

  const std::vector<Stored> stored = split_at_markers(journald.entries());

  ASSERT_EQ(stored.size(), streams.size());
  for (std::size_t i = 0; i < stored.size(); ++i) {
    std::vector<StoredLine> lines;
    for (const auto& entry : stored[i]) {
      const std::string facility = value_of(entry, "SYSLOG_FACILITY");
      lines.push_back({value_of(entry, "MESSAGE"), value_of(entry, "SYSLOG_IDENTIFIER"),
                       value_of(entry, "_LINE_BREAK"),
                       std::stoi(value_of(entry, "PRIORITY")) +
                           (facility.empty() ? 0 : 8 * std::stoi(facility))});
    }
    EXPECT_EQ(interpret_stream(streams[i]), lines) << streams[i].substr(0, 60);
  }
}

}  // namespace
}  // namespace logq::wire
