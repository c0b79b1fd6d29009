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

/// A fault of the in-memory transport: see options::faults. An operation is a write or a read of the server. The number
/// of an operation counts from 1, over all connections of the server. Copies of a fault share its counts. Use a fault
/// for one server only.
class fault
{
public:
    /// Causes no fault, but counts the operations.
    fault();

    /// Resets the connection of the n-th operation. The operation fails with connection_reset.
    static fault fail_operation(std::size_t n);
    /// The n-th operation transfers only one byte. The server can transfer the rest when the network reports the socket
    /// again.
    static fault shorten_operation(std::size_t n);
    /// Resets a connection when the server has sent `bytes` bytes over it. The client receives exactly these bytes.
    static fault cut_after(std::size_t bytes);
    /// Shortens some of the operations, and reports the sockets in another order. A random generator with this seed
    /// selects both. Two runs with the same seed are equal.
    static fault schedule(std::uint64_t seed);

    /// Returns the fault as a text without a line end, e.g. "operation 3 fails".
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

/// A test of one server. The test passes the fault to options::faults, and checks the behavior of the server with this
/// fault.
using fault_test = std::function<void(const fault&)>;

struct each_fault_options
{
    /// Maximum number of cuts. If the server sends more bytes, the cuts have equal distances, and include the first and
    /// the last byte.
    std::size_t max_cuts = 500;
};

/// Runs a test without a fault. Then runs the test once for each possible fault: each operation fails, each operation
/// transfers only one byte, and the connection is cut after each byte.
///
/// If the test throws an exception, each_fault() throws a std::runtime_error. Its message names the fault, and the
/// exception of the test is nested in it. If assertions do not throw, the test should add the fault to their messages:
/// BOOST_TEST_CONTEXT(f.describe()), INFO(f.describe()) or SCOPED_TRACE(f.describe()).
///
/// Throws std::logic_error if the run without a fault has no operation, because the test has then not passed the fault
/// to the server.
/// @return number of runs
std::size_t each_fault(const fault_test& test, const each_fault_options& options = {});

/// Runs a test with `count` different schedules. Their seeds are 1 to `count`. If the environment variable
/// RILL_TEST_SEED is set, the test runs once, with that seed. Exceptions are as in each_fault(). If the test throws,
/// each_schedule() also prints the seed to standard error.
/// @return number of runs
std::size_t each_schedule(std::size_t count, const fault_test& test);

} // namespace rill::testing
