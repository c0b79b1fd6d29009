#define BOOST_TEST_MODULE rill
#include <boost/test/unit_test.hpp>

#if defined(__SANITIZE_THREAD__)
// ThreadSanitizer does not see fences. Asio uses them to count the owners of an executor such as a strand (gcc:
// -Wtsan).
extern "C" const char* __tsan_default_suppressions() // NOLINT(bugprone-reserved-identifier)
{
    return "race:boost::asio::execution::detail::shared_target_executor\n";
}
#endif
