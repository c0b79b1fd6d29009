#include "testing/session.hpp"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <rill/testing/no_answer.hpp>
#include <stdexcept>
#include <utility>

#include "core/offload_jobs.hpp"
#include "http/jitter.hpp"
#include "server/operations/worker_group.hpp"
#include "server/serving/check_server_options.hpp"
#include "testing/check_network.hpp"
#include "testing/memory_socket.hpp"
#include "transport/http1_connection.hpp"

namespace rill::testing::detail {

namespace {

constexpr std::chrono::milliseconds outside_step{10};

// The virtual clock stops here. A later time could exceed the range of the clock or of the Date field.
constexpr std::chrono::milliseconds max_time = timer_service::longest_wait;

} // namespace

session::session(handler app, testing::options options)
    : options_(std::move(options)), app_(std::move(app)), room_(options_.server.capacity),
      network_(options_.network, options_.faults)
{
    if (!app_) {
        throw std::invalid_argument("testing::server: the handler is empty");
    }
    check_options(options_.server);
    check_network(options_.network);
    rill::detail::jitter::of_this_thread() = rill::detail::jitter(0); // two runs produce the same bytes
    set_observer();
    worker_.emplace(app_, options_.server, events_, room_);
    auto& io = worker_->io();
    network_.use(io);
    context().set_own_thread();
    context().timers.use_manual_clock();
    start_ = context().timers.now();
    set_date();
    worker_group::of(io).workers =
        std::make_shared<const worker_group::members>(worker_group::members{worker_->as_member()});
    run_ready();
    own_work_ = outstanding_work();
    worker_->start_background(options_.server.background);
    run_ready();
}

session::~session() = default;

void session::close()
{
    if (!worker_) {
        return;
    }
    check_use();
    ended_ = true;
    network_.stop(); // first, because coroutines that the worker destroys may use their sockets
    worker_.reset();
}

void session::set_observer()
{
    auto& user = options_.server.observer;
    events_.log = [this, &user](log_level level, std::string_view text) {
        log_.push_back({level, std::string(text)});
        if (user.log) {
            user.log(level, text);
        }
    };
    events_.on_stream_opened = [this, &user](const observer::stream_opened& opened) {
        match_stream(opened.id);
        if (user.on_stream_opened) {
            user.on_stream_opened(opened);
        }
    };
    events_.on_stream_closed = [this, &user](const observer::stream_closed& closed) {
        ended_streams_[closed.id] = closed.reason;
        reasons_.push_back(closed.reason);
        if (user.on_stream_closed) {
            user.on_stream_closed(closed);
        }
    };
}

// Finds the socket of a stream, because the observer gets only the id of the stream.
void session::match_stream(std::uint64_t id)
{
    std::erase_if(sockets_, [](const auto& s) { return s.expired() || s.lock()->closed_by_server(); });
    for (const auto& weak : sockets_) {
        const auto socket = weak.lock();
        const auto* c = context().table.at(static_cast<std::size_t>(socket->number()));
        if (c != nullptr && c->has_stream() && c->report().id == id) {
            socket->streams.push_back(id);
            return;
        }
    }
}

std::optional<close_reason> session::reason_of(std::uint64_t stream) const
{
    const auto found = ended_streams_.find(stream);
    return found == ended_streams_.end() ? std::nullopt : std::optional(found->second);
}

transport::worker_context& session::context()
{
    check_use();
    return worker_->context();
}

void session::check_use() const
{
    if (!worker_) {
        throw std::logic_error("rill::testing: the testing::server of this object does not exist any more");
    }
    if (thread_ != std::this_thread::get_id()) {
        throw std::logic_error("rill::testing: a testing::server belongs to the thread that has made it");
    }
}

std::shared_ptr<memory_socket> session::connect()
{
    auto& worker = context();
    if (ended_ || worker.draining()) {
        throw std::runtime_error("rill::testing: the server shuts down and accepts no connections");
    }
    quiet_work_ = 0; // a new handler may start other work
    auto socket = std::make_shared<memory_socket>(network_);
    sockets_.push_back(socket);
    if (const auto ec = transport::http1_connection::start(worker, socket->accept())) {
        throw std::runtime_error("rill::testing: the server cannot accept a connection: " + ec.message());
    }
    return socket;
}

std::chrono::milliseconds session::now() const
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(const_cast<session*>(this)->context().timers.now() -
                                                                 start_); // NOLINT: context() checks the use
}

void session::set_date()
{
    const auto passed = std::chrono::duration_cast<std::chrono::seconds>(now());
    context().date.use_manual_time(static_cast<std::time_t>(options_.start_time + passed.count()));
}

void session::run_ready()
{
    check_use();
    for (std::size_t i = 0; !ended_ && worker_->run_one({}); ++i) {
        if (i == options_.max_handlers_at_one_time) {
            throw no_answer("rill::testing: the server does not wait: the event loop has run " + std::to_string(i) +
                            " handlers at the virtual time " + std::to_string(now().count()) +
                            " ms (options::max_handlers_at_one_time). A coroutine loops without a wait");
        }
    }
    ended_ = ended_ || worker_->io().stopped();
}

void session::advance_to(timer_service::clock::time_point when)
{
    auto& timers = context().timers;
    timers.advance(std::max(when - timers.now(), timer_service::clock::duration::zero()));
    set_date();
    network_.begin_moment();
}

// A client reads continuously while the clock moves, but the clock moves in jumps. Therefore a client with full buffers
// also reads half-way to the next timer. Otherwise this timer could be the write timeout of its connection.
bool session::read_half_way(timer_service::clock::time_point next)
{
    if (!network_.has_full_clients() || std::exchange(half_way_to_, next) == next) {
        return false;
    }
    const auto now = context().timers.now();
    advance_to(now + (next - now) / 2);
    return true;
}

// After the end of the server, only the clients that read slowly need the clock.
bool session::run_clients(const condition& holds, timer_service::clock::time_point deadline)
{
    auto& timers = context().timers;
    while (slow_reads_ != 0 && timers.now() < deadline) {
        advance_to(std::min(timers.next_work(), deadline));
        if (holds()) {
            return true;
        }
    }
    return false;
}

void session::check_bytes(std::uint64_t read) const
{
    if (read > options_.max_bytes_at_one_time) {
        throw no_answer("rill::testing: the server does not wait: the clients have read " + std::to_string(read) +
                        " bytes at the virtual time " + std::to_string(now().count()) +
                        " ms (options::max_bytes_at_one_time)");
    }
}

bool session::run_until(const condition& holds, std::chrono::milliseconds within)
{
    if (within.count() < 0) {
        throw std::invalid_argument("rill::testing: the virtual time = " + std::to_string(within.count()) +
                                    " ms: must be 0 or more");
    }
    auto& timers = context().timers;
    const auto deadline = timers.now() + std::min(within, max_time - std::min(max_time, now()));
    const auto give_up = std::chrono::steady_clock::now() + options_.outside_patience;
    auto moment = network_.moment();
    auto read_before = network_.bytes_read();
    for (;;) {
        run_ready();
        if (holds()) {
            return true;
        }
        if (ended_) {
            return run_clients(holds, deadline);
        }
        if (std::exchange(moment, network_.moment()) != network_.moment()) {
            read_before = network_.bytes_read();
        }
        if (network_.has_reports()) { // the condition has read bytes, and the server can continue
            check_bytes(network_.bytes_read() - read_before);
            continue;
        }
        const auto next = timers.next_work();
        if (wait_outside(give_up, next > deadline)) {
            continue;
        }
        if (read_half_way(std::min(next, deadline))) {
            continue;
        }
        if (next > deadline) {
            advance_to(deadline);
            run_ready();
            return holds();
        }
        advance_to(next);
    }
}

void session::advance(std::chrono::milliseconds by)
{
    run_until([] { return false; }, by);
}

void session::begin_shut_down()
{
    check_use();
    if (!ended_) {
        worker_->stop();
        run_ready();
    }
}

void session::shut_down()
{
    begin_shut_down();
    run_until([this] { return ended_; });
}

// Waits in real time for work that the virtual clock does not control. Returns whether the event loop may have ready
// handlers.
bool session::wait_outside(std::chrono::steady_clock::time_point give_up, bool patience_is_over)
{
    const bool offloads = !rill::detail::offload_jobs::of(worker_->io()).idle();
    const auto work = offloads ? 0 : outstanding_work();
    if (!offloads && work <= own_work_) {
        return false;
    }
    const bool may_wait = std::chrono::steady_clock::now() < give_up;
    if (may_wait && (offloads || patience_is_over)) {
        worker_->run_one(outside_step);
        return true;
    }
    if (offloads || work - own_work_ <= quiet_work_) {
        return false;
    }
    if (worker_->run_one(options_.outside_wait)) {
        return true;
    }
    quiet_work_ = work - own_work_;
    return false;
}

// Returns the amount of outstanding work. Asio has no function for this number, but stops the context when the number
// becomes 0. Therefore this function counts down to 0, and up again. If another thread finishes work meanwhile, it
// first posts the completion. Therefore the number does not become 0 too early.
std::size_t session::outstanding_work()
{
    auto& io = worker_->io();
    const auto executor = io.get_executor();
    std::size_t count = 0;
    while (!io.stopped()) {
        executor.on_work_finished();
        ++count;
    }
    for (std::size_t i = 0; i < count; ++i) {
        executor.on_work_started();
    }
    io.restart();
    return count;
}

} // namespace rill::testing::detail
