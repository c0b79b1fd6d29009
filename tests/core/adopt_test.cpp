#include "core/adopt.hpp"

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/test/unit_test.hpp>
#include <fcntl.h>
#include <sys/epoll.h>
#include <unistd.h>

BOOST_AUTO_TEST_SUITE(adopt_test)

namespace {

namespace asio = boost::asio;

bool is_open(int descriptor)
{
    return ::fcntl(descriptor, F_GETFD) != -1;
}

/// A chain of epoll descriptors: each one watches the previous one. epoll_ctl() refuses to add the last one to another
/// epoll, because the chain would be too deep.
class nested
{
public:
    nested()
    {
        for (std::size_t i = 0; i < all.size(); ++i) {
            all[i] = ::epoll_create1(EPOLL_CLOEXEC);
            epoll_event event{.events = EPOLLIN, .data = {}};
            BOOST_REQUIRE((i == 0 || ::epoll_ctl(all[i], EPOLL_CTL_ADD, all[i - 1], &event) == 0));
        }
    }
    nested(const nested&) = delete;
    nested& operator=(const nested&) = delete;
    ~nested()
    {
        for (std::size_t i = 0; i + 1 < all.size(); ++i) {
            ::close(all[i]);
        }
    }

    std::array<int, 5> all{};
};

} // namespace

BOOST_AUTO_TEST_CASE(an_adopted_descriptor_is_closed_by_its_owner)
{
    int ends[2];
    BOOST_REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    {
        asio::io_context io;
        asio::posix::stream_descriptor owner(io);
        rill::detail::adopt(owner, ends[0], "a pipe");
        BOOST_TEST(owner.native_handle() == ends[0]);
        BOOST_TEST(is_open(ends[0]));
    }
    BOOST_TEST(!is_open(ends[0]));
    ::close(ends[1]);
}

BOOST_AUTO_TEST_CASE(a_descriptor_that_cannot_be_watched_is_closed_and_reported)
{
    asio::io_context io;
    asio::posix::stream_descriptor owner(io);
    const nested epolls;
    const int last = epolls.all.back();
    try {
        rill::detail::adopt(owner, last, "an epoll");
        BOOST_ERROR("it was adopted");
    } catch (const boost::system::system_error& e) {
        BOOST_TEST(std::string_view(e.what()).starts_with("an epoll: "));
    }
    BOOST_TEST(!owner.is_open());
    BOOST_TEST(!is_open(last));
}

BOOST_AUTO_TEST_SUITE_END()
