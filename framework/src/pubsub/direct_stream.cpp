#include "pubsub/direct_stream.hpp"

#include "pubsub/worker_log.hpp"

namespace rill::pubsub::detail {

direct_stream::direct_stream(std::shared_ptr<endpoint_state> state, interest_pointer i, event_log::beginning start,
                             worker_log& log, bool knows_id)
    : state_(std::move(state))
{
    wanted = std::move(i);
    tells_place = !knows_id || !(start.resumed || start.past);
    try {
        worker_log::place(*this, std::move(start));
        log.add(*this);
    } catch (...) { // no memory
        leave_log();
        throw;
    }
}

direct_stream::~direct_stream()
{
    if (worker != nullptr && out != nullptr) {
        worker->note_end(*this, out->reason());
    }
    leave_log();
    state_->leave();
}

void direct_stream::leave_log() noexcept
{
    if (worker != nullptr) {
        worker->remove(*this);
    }
    state_->log->leave(std::move(wanted));
}

awaitable<> direct_stream::start(response_writer& to)
{
    out = &rill::detail::stream_writer::of(to);
    to.set_policy(state_->policies[wanted->kind]);
    sse::detail::send_start(to, state_->options, place());
    if (now == state::ended) { // before it has begun
        on_evicted({});
    } else if (behind->notice || behind->past || behind->place.seen != worker->head()) {
        worker->make_ready(*this);
    } else {
        worker->settle(*this);
    }
    return {};
}

// A client whose connection is lost before its first event comes back with this id, and misses nothing. A notice has
// its own.
event_id direct_stream::place() const
{
    if (!tells_place || now == state::ended || behind->notice) {
        return {};
    }
    return behind->past ? behind->past->behind() : worker->log().id_of(*wanted, behind->place.seen);
}

// It has a connection: the worker writes to that.
void direct_stream::take(const event_log::found_event& /*e*/) {}

bool direct_stream::serve(std::size_t& budget)
{
    const auto before = behind->place.seen;
    now = state::waiting;
    for (;;) {
        if (budget == 0) {
            worker->make_ready(*this);
            return true;
        }
        const auto event = worker->pull(*this);
        if (now == state::ended) {
            return true;
        }
        if (!event) {
            const bool moved = behind->place.seen != before;
            worker->settle(*this);
            return moved || now == state::live;
        }
        --budget;
        const auto sent = out->put(event);
        if (sent == rill::detail::write_state::closed) {
            now = state::ended;
            return true;
        }
        if (event.kind() == event_kind::message) {
            worker_link::add(worker->counters().delivered, 1);
        }
        if (sent == rill::detail::write_state::queued) {
            worker->block(*this, event.bytes().size());
            return true;
        }
    }
}

void direct_stream::on_evicted(error_code /*why*/)
{
    if (out != nullptr) {
        out->end(close_reason::evicted);
    }
}

} // namespace rill::pubsub::detail
