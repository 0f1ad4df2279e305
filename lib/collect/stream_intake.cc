#include "collect/stream_intake.h"

#include <vector>

#include "base/try.h"
#include "wire/unit_name.h"

namespace logq::collect {
namespace {

constexpr std::string_view kStdoutTransport = "_TRANSPORT=stdout";

}  // namespace

StreamIntake::StreamIntake(StreamRegion region, const StreamServices& services)
    : region_(region),
      services_(services),
      is_inherited_(region_.header_done()) {
  if (is_inherited_) adopt_identity();
}

void StreamIntake::adopt_identity() {
  identity_ = region_.identity();
  stream_id_field_ = "_STREAM_ID=" + identity_.stream_id.to_string();
  identifier_field_ = "SYSLOG_IDENTIFIER=" + identity_.header.identifier;
}

void StreamIntake::set_peer(PassedProcess peer) {
  writer_process_ = std::move(peer);
  writer_process_.settle();
}

void StreamIntake::take_read(Descriptors descriptors) {
  ControlData control = region_.pending_control(descriptors);
  const auto writer = control.credentials;
  if (writer.has_value() && writer->pid > 0) {
    // Looked at now, since it may end before its line does.
    control.process.settle();
    const std::uint64_t before = writer_process_.identity();
    const std::uint64_t identity = control.process.identity();
    const bool is_other = before != 0 && identity != 0 && identity != before;
    if (*writer != region_.writer() || is_other) change_writer(*writer, is_other);
    writer_process_ = std::move(control.process);
  }
  is_inherited_ = descriptors == Descriptors::kForget;
  region_.commit_read();
}

void StreamIntake::change_writer(const Credentials& writer, bool is_other_process) {
  if (!region_.header_done()) {
    // Before the first read the writer is who connected: a setuid program that was given a socket
    // to print on must not lend its words root's authority.
    const bool other_user = writer.uid != region_.writer().uid;
    const std::string_view header = region_.unconsumed();
    header_writers_differ_ = header_writers_differ_ || other_user || !header.empty();
    // Another process ends a line, and a header's lines end in a newline.
    const bool is_other = is_other_process || writer.pid != region_.writer().pid;
    header_line_broken_ =
        header_line_broken_ || (is_other && !header.empty() && header.back() != '\n');
  } else if (is_other_process || writer.pid != region_.writer().pid) {
    store_rest(wire::LineBreak::kPidChange);
  }
  region_.set_writer(writer);
}

Result<bool> StreamIntake::take_header() {
  if (region_.header_done()) return true;
  if (header_line_broken_) return fail(Error::corrupt(0, "stream header line of two writers"));
  const std::string_view bytes = region_.unconsumed();
  wire::StreamHeaderDecoder decoder;
  std::size_t at = 0;
  while (true) {
    const std::size_t end = bytes.find('\n', at);
    if (end == std::string_view::npos) {
      if (bytes.size() - at <= wire::kStreamHeaderLineMax) return false;
      return fail(Error::corrupt(at, "stream header line too long"));
    }
    const bool complete = LOGQ_TRY(decoder.feed_line(bytes.substr(at, end - at)));
    at = end + 1;
    if (complete) break;
  }
  StreamIdentity identity{decoder.header(), Id128::random(), region_.writer()};
  if (!may_claim(identity) || header_writers_differ_) identity.header.unit_id.clear();
  region_.set_identity(identity, at);
  adopt_identity();
  return true;
}

// Only root and our own user may say whose output this is, and only in words of their own.
bool StreamIntake::may_claim(const StreamIdentity& identity) const {
  const bool is_trusted = identity.opener.uid == 0 || identity.opener.uid == services_.own_uid;
  return is_trusted && wire::is_valid_unit_name(identity.header.unit_id);
}

void StreamIntake::restore(StreamIdentity identity) {
  if (region_.header_done()) return;
  if (!may_claim(identity)) identity.header.unit_id.clear();
  region_.set_identity(identity, 0);
  adopt_identity();
}

bool StreamIntake::store_lines(std::size_t most) {
  for (std::size_t stored = 0; stored < most; ++stored) {
    const auto line = wire::split_line(region_.unconsumed(), services_.line_max);
    if (!line.has_value()) {
      remember_writer();
      region_.compact();
      return true;
    }
    store_line(*line);
  }
  return false;
}

void StreamIntake::store_rest(wire::LineBreak reason) {
  const std::string_view rest = region_.unconsumed();
  if (!rest.empty()) store_line({rest, reason, rest.size()});
}

// Of a line that is not complete: who wrote it may have ended by the time that it is.
void StreamIntake::remember_writer() {
  if (region_.unconsumed().empty() || region_.writer().pid <= 0) return;
  services_.clients.find(sender(), services_.ingest.monotonic_usec());
}

Sender StreamIntake::sender() const {
  Sender sender{region_.writer(), {}, identity_.header.unit_id, &writer_process_};
  if (is_inherited_ && services_.began_realtime_usec != 0) {
    sender.sent_realtime_usec = services_.began_realtime_usec;
  }
  return sender;
}

void StreamIntake::store_line(const wire::StreamLine& line) {
  const wire::StreamMessage message = wire::interpret_line(line.text, identity_.header);
  if (message.message.empty()) {
    region_.consume(line.consumed);
    return;
  }
  const std::string text = "MESSAGE=" + std::string(message.message);
  const std::string priority = "PRIORITY=" + std::to_string(message.priority & 7);
  const std::string facility = "SYSLOG_FACILITY=" + std::to_string(message.priority >> 3);
  const std::string line_break =
      "_LINE_BREAK=" + std::string(wire::line_break_name(line.line_break));
  std::vector<std::string_view> fields{kStdoutTransport, stream_id_field_, priority};
  if (message.priority >> 3 != 0) fields.emplace_back(facility);
  if (!identity_.header.identifier.empty()) fields.emplace_back(identifier_field_);
  if (line.line_break != wire::LineBreak::kNewline) fields.emplace_back(line_break);
  fields.emplace_back(text);

  IngestEntry entry{fields, {}};
  entry.priority = message.priority & 7;
  if (region_.writer().pid > 0) {
    entry.client = &services_.clients.find(sender(), services_.ingest.monotonic_usec());
  }
  if (!is_wanted(entry.client, entry.priority, message.message)) {
    region_.consume(line.consumed);
    return;
  }
  const ProgressCell progress = region_.begin_entry(line.consumed);
  services_.ingest.append(entry, progress, region_.next_position());
  forward(message, entry.client);
}

void StreamIntake::forward(const wire::StreamMessage& message, const ClientMetadata* client) {
  Forwards* forwards = services_.forwards;
  const wire::StreamHeader& header = identity_.header;
  const ForwardTargets asked{header.forward_to_syslog, header.forward_to_kmsg,
                             header.forward_to_console, false};
  if (forwards == nullptr || (!forwards->wants_everything() && !asked.any())) return;
  ForwardedMessage forwarded{message.priority, header.identifier, message.message,
                             services_.ingest.realtime_usec()};
  if (region_.writer().pid > 0) forwarded.sender = region_.writer();
  forwarded.client = client;
  forwards->forward(forwarded, asked);
}

}  // namespace logq::collect
