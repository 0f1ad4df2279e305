// Sends the samples of the differential tests to a collector, one by one with a marker in front of
// each, and tells what it has stored of each.
#pragma once

#include <vector>

#include "integration/input_sample.h"
#include "support/input_peer.h"

namespace logq::test {

// The entries of each sample, in the order sent.
using Stored = std::vector<std::vector<StoredEntry>>;

Stored send_all_native(InputPeer peer, const InputSamples& samples);
Stored send_all_syslog(InputPeer peer, const InputSamples& samples);
// One stream after the other, each read to its end before the next marker is sent.
Stored send_all_streams(InputPeer peer, const StreamSamples& samples);

}  // namespace logq::test
