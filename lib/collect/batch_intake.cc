#include "collect/batch_intake.h"

#include <algorithm>

#include "collect/limits.h"

namespace logq::collect {

BatchIntake::BatchIntake(const DatagramServices& services, BatchClients& clients)
    : services_(services),
      clients_(clients),
      intake_(services) {
  services_.clients.before_change([&ingest = services_.ingest] { ingest.flush(); });
}

BatchOutcome BatchIntake::take(ReceiveArea& area,
                               Descriptors descriptors,
                               std::optional<Id128>& id) {
  services_.ingest.refresh_time();
  outcome_ = {};
  client_.reset();
  bool goes_on = true;
  for (auto slot = area.next_received(0); slot.has_value(); slot = area.next_received(*slot + 1)) {
    goes_on = goes_on && take_message(area, *slot, descriptors, id);
    taken_.push_back(*slot);
  }
  commit();
  // The last one first: while what stopped us is still there, nothing behind it may be.
  for (; !taken_.empty(); taken_.pop_back())
    area.release(taken_.back());
  return outcome_;
}

// False when it is the last one to be looked at.
bool BatchIntake::take_message(const ReceiveArea& area,
                               std::size_t slot,
                               Descriptors descriptors,
                               std::optional<Id128>& id) {
  const msghdr header = area.message(slot);
  const std::string_view bytes = area.datagram(slot);
  outcome_.bytes += bytes.size();
  const ControlData control = parse_control(header, kControlBytes, descriptors);
  if (bytes.empty() && control.descriptors_sent == 0) {
    outcome_.ended = true;
    return false;
  }
  const std::uint64_t number = wire::peek_batch_number(bytes);
  const auto batch = wire::decode_batch(bytes);
  const bool is_cut = (header.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0;
  if (!batch.has_value() && batch.error().code == Errc::kUnsupported) {
    refuse(wire::RefusalReason::kUnsupported, number);
  } else if ((header.msg_flags & MSG_TRUNC) != 0) {
    refuse(wire::RefusalReason::kTooLarge, number);
  } else if (is_cut || !batch.has_value() || control.descriptors_sent > 0 ||
             id.value_or(batch->client_id) != batch->client_id) {
    refuse(wire::RefusalReason::kMalformed, number);
  } else if (batch->count > kBatchEntriesPerMessage) {
    refuse(wire::RefusalReason::kTooLarge, number);
  } else {
    id = batch->client_id;
    take_batch(*batch, control, area.progress(slot));
    return true;
  }
  return false;
}

void BatchIntake::refuse(wire::RefusalReason reason, std::uint64_t number) {
  services_.drops.add(DropCause::kBatchRefused);
  outcome_.refusal = {reason, number};
}

void BatchIntake::take_batch(const wire::Batch& batch,
                             const ControlData& control,
                             ProgressCell progress) {
  const auto uid = control.credentials ? control.credentials->uid : static_cast<uid_t>(-1);
  switch_to({batch.client_id, uid});
  if (batch.number <= state_.number) return;  // a question, or stored already
  const std::uint64_t stored_before = progress.load().position;
  std::uint64_t found = 0;
  decoder_.start(batch.entries);
  while (found < batch.count && decoder_.next()) {
    const bool is_stored = found++ < stored_before;
    if (is_stored ||
        intake_.store(decoder_, control, NativeIntake::Lifetime::kUntilFlushed, progress, found)) {
      ++state_.stored;
    } else {
      ++state_.unwanted;
    }
  }
  // Fewer than it says, or more.
  const std::uint64_t invalid =
      found < batch.count ? batch.count - found : (decoder_.next() ? 1U : 0U);
  const std::uint64_t over_limit = std::min(decoder_.dropped_entries(), invalid);
  if (over_limit > 0) services_.drops.add(DropCause::kEntryOverLimit, over_limit);
  if (invalid > over_limit) services_.drops.add(DropCause::kBatchEntry, invalid - over_limit);
  state_.invalid += invalid;
  state_.number = batch.number;
  changed_ = true;
}

// Another client only where a process has become another user.
void BatchIntake::switch_to(const BatchClient& client) {
  if (client_ == client) return;
  commit();
  client_ = client;
  state_ = clients_.find(client);
  failed_before_ = services_.drops.total(DropCause::kStoreFailed);
}

// Stores what is queued, then says so.
void BatchIntake::commit() {
  services_.ingest.flush();
  if (!client_.has_value()) return;
  const std::uint64_t failed = services_.drops.total(DropCause::kStoreFailed) - failed_before_;
  state_.failed += failed;
  state_.stored -= std::min(failed, state_.stored);
  if (changed_) clients_.commit(*client_, state_, services_.ingest.monotonic_usec());
  changed_ = false;
  outcome_.ack = state_;
  client_.reset();
}

}  // namespace logq::collect
