#include "testing/session.hpp"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <rill/testing/no_answer.hpp>
#include <stdexcept>
#include <utility>

#include "http/jitter.hpp"
#include "server/operations/worker_group.hpp"
#include "server/serving/check_server_options.hpp"
#include "testing/check_network.hpp"
#include "testing/memory_socket.hpp"
#include "transport/http1_connection.hpp"

namespace rill::testing::detail {

namespace {

// The virtual clock stops here. A later time could exceed the range of the clock or of the Date field.
constexpr std::chrono::milliseconds max_time = timer_service::longest_wait;

} // namespace

session::session(handler app, testing::options options, upstream_group upstreams)
    : options_(std::move(options)), app_(std::move(app)), room_(options_.server.capacity),
      network_(options_.network, options_.faults), upstreams_(std::move(upstreams))
{
    if (!app_) {
        throw std::invalid_argument("testing::server: the handler is empty");
    }
    check_options(options_.server);
    check_network(options_.network);
    rill::detail::jitter::of_this_thread() = rill::detail::jitter(0); // two runs produce the same bytes
    events_ = record_.make_observer(options_.server.observer, [this](std::uint64_t id) { match_stream(id); });
    worker_.emplace(app_, options_.server, events_, room_);
    auto& io = worker_->io();
    network_.use(io);
    upstreams_.use(io);
    context().set_own_thread();
    context().timers.use_manual_clock();
    start_ = context().timers.now();
    advance_by({}); // sets the Date field
    worker_group::of(io).workers =
        std::make_shared<const worker_group::members>(worker_group::members{worker_->as_member()});
    run_ready();
    outside_.emplace(*worker_, options_);
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
    outside_.reset();
    worker_.reset();
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

bool session::accepts() const
{
    return worker_ && !ended_ && !const_cast<session*>(this)->context().draining(); // NOLINT: context() is not const
}

void session::start(memory_socket& socket)
{
    outside_->expect_new(); // a new handler may start other work
    sockets_.push_back(std::static_pointer_cast<memory_socket>(socket.shared_from_this()));
    if (const auto ec = transport::http1_connection::start(context(), socket.accept())) {
        throw std::runtime_error("rill::testing: the server cannot accept a connection: " + ec.message());
    }
}

std::shared_ptr<memory_socket> session::connect()
{
    check_use();
    if (!accepts()) {
        throw std::runtime_error("rill::testing: the server shuts down and accepts no connections");
    }
    auto socket = std::make_shared<memory_socket>(network_);
    start(*socket);
    return socket;
}

std::shared_ptr<memory_socket> session::connect_later()
{
    auto socket = std::make_shared<memory_socket>(network_);
    boost::asio::post(worker_->io(), [this, socket] {
        if (accepts()) {
            start(*socket);
        } else {
            socket->reset();
        }
    });
    return socket;
}

std::chrono::milliseconds session::now() const
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(const_cast<session*>(this)->context().timers.now() -
                                                                 start_); // NOLINT: context() checks the use
}

void session::run_ready()
{
    check_use();
    std::size_t handlers = 0;
    for (auto ran = run_turn(); ran != 0; ran = run_turn()) {
        handlers += ran;
        if (handlers > options_.max_handlers_at_one_time) {
            throw no_answer("rill::testing: the server does not wait: the event loop has run " +
                            std::to_string(options_.max_handlers_at_one_time) + " handlers at the virtual time " +
                            std::to_string(now().count()) +
                            " ms (options::max_handlers_at_one_time). A coroutine loops without a wait");
        }
    }
}

std::size_t session::run_turn()
{
    if (!worker_) { // the testing::server of an upstream does not exist any more
        return 0;
    }
    std::size_t handlers = 0;
    while (!ended_ && handlers <= options_.max_handlers_at_one_time && worker_->run_one({})) {
        ++handlers;
    }
    ended_ = ended_ || worker_->io().stopped();
    return handlers + upstreams_.run_turn();
}

session::duration session::until_next() const
{
    constexpr duration none = max_time;
    if (!worker_) {
        return none;
    }
    const auto& timers = const_cast<session*>(this)->context().timers; // NOLINT: context() is not const
    const auto own = ended_ && slow_reads_ == 0 ? none : std::min(none, timers.next_work() - timers.now());
    return std::min(own, upstreams_.until_next());
}

void session::advance_by(duration by)
{
    if (!worker_) {
        return;
    }
    by = std::max(by, duration::zero());
    upstreams_.advance(by);
    context().timers.advance(by);
    const auto passed = std::chrono::duration_cast<std::chrono::seconds>(now());
    context().date.use_manual_time(static_cast<std::time_t>(options_.start_time + passed.count()));
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
    advance_by((next - now) / 2);
    return true;
}

// After the end of the server, only the clients that read slowly need the clock.
bool session::run_clients(const condition& holds, timer_service::clock::time_point deadline)
{
    auto& timers = context().timers;
    while (slow_reads_ != 0 && timers.now() < deadline) {
        advance_by(std::min(until_next(), deadline - timers.now()));
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
        const auto next = timers.now() + until_next();
        if (wait_outside(give_up, next > deadline)) {
            continue;
        }
        if (read_half_way(std::min(next, deadline))) {
            continue;
        }
        if (next > deadline) {
            advance_by(deadline - timers.now());
            run_ready();
            return holds();
        }
        advance_by(next - timers.now());
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

bool session::wait_outside(std::chrono::steady_clock::time_point give_up, bool patience_is_over)
{
    return (outside_ && outside_->wait(give_up, patience_is_over)) ||
           upstreams_.wait_outside(give_up, patience_is_over);
}

} // namespace rill::testing::detail
