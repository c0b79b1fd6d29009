#include <rill/pubsub/backplane.hpp>

namespace rill::pubsub {

void backplane::read_after(read_request, past_read done)
{
    done(tl::unexpected(make_error_code(error::unknown_event_id)));
}

} // namespace rill::pubsub
