// Which descriptors connections may have, so that they do not take the last ones.
#pragma once

namespace logq::collect {

// The first number no connection may have. The kernel gives out the lowest free one, so that many
// below the limit are left for files, facts about senders and descriptors in datagrams.
int first_reserved_descriptor();

// Whether that leaves as many as kDescriptorHeadroom.
bool has_descriptor_headroom();

}  // namespace logq::collect
