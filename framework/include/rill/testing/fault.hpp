#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace rill::testing {

namespace detail {
struct fault_plan;
}

/// A fault of the in-memory transport: see options::faults. The operations that count are the writes and reads of the
/// server, on all its connections together, from 1. Copies share the plan and its counts. One fault serves one server.
class fault
{
public:
    /// No fault. It counts the operations.
    fault();

    /// The n-th operation fails with connection_reset, and its connection is reset.
    static fault fail_operation(std::size_t n);
    /// The n-th operation transfers one byte only. The rest must wait until the socket is reported again.
    static fault shorten_operation(std::size_t n);
    /// A connection is reset when the server has sent `bytes` bytes over it. The client receives exactly these.
    static fault cut_after(std::size_t bytes);
    /// Shortens a part of all operations, and reports the sockets in another order, both chosen by a random generator
    /// with this seed. The same seed gives the same run.
    static fault schedule(std::uint64_t seed);

    /// One line, e.g. "operation 3 fails".
    std::string describe() const;

    /// Number of operations up to now.
    std::size_t operations() const noexcept;
    /// Number of bytes that the server has sent up to now.
    std::size_t bytes_sent() const noexcept;

    const std::shared_ptr<detail::fault_plan>& plan() const noexcept { return plan_; }

private:
    explicit fault(detail::fault_plan plan);

    std::shared_ptr<detail::fault_plan> plan_;
};

/// A test of one server, which passes the fault to options::faults. It checks what must hold with this fault.
using fault_test = std::function<void(const fault&)>;

struct each_fault_options
{
    /// Maximum number of cuts. If the server sends more bytes, the cuts are spread evenly, and include the first and
    /// the last byte.
    std::size_t max_cuts = 500;
};

/// Runs a test without a fault, and then once with each fault that can happen in it: each operation fails, each
/// operation is shortened, and the connection is cut after each byte.
///
/// An exception of the test ends the loop: it becomes a std::runtime_error, in which the exception is nested, with the
/// fault in its message. An assertion that does not throw should name the fault itself:
/// BOOST_TEST_CONTEXT(f.describe()), INFO(f.describe()) or SCOPED_TRACE(f.describe()).
///
/// Throws std::logic_error if the run without a fault has no operation: the fault was not passed on.
/// @return number of runs
std::size_t each_fault(const fault_test& test, const each_fault_options& options = {});

/// Runs a test with `count` different schedules. Their seeds are 1 to `count`. If the environment variable
/// RILL_TEST_SEED is set, the test runs once, with that seed. Exceptions as in each_fault(). When the test throws, the
/// seed is also printed to standard error.
/// @return number of runs
std::size_t each_schedule(std::size_t count, const fault_test& test);

} // namespace rill::testing
