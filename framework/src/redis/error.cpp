#include <rill/redis/error.hpp>

#include <string>

namespace rill::redis {

namespace {

class category_impl final : public boost::system::error_category
{
public:
    const char* name() const noexcept override { return "rill.redis"; }

    std::string message(int value) const override
    {
        switch (static_cast<errc>(value)) {
        case errc::invalid_url:
            return "the URL of the log is invalid";
        case errc::malformed_reply:
            return "the reply of the server is malformed";
        case errc::connection_closed:
            return "the server closed the connection";
        case errc::access_denied:
            return "the server denies access";
        case errc::not_primary:
            return "the server is not the primary";
        case errc::not_ready:
            return "the server is not ready";
        case errc::out_of_memory:
            return "the server has reached its maximum memory";
        case errc::write_refused:
            return "the server refuses writes";
        case errc::cluster_not_supported:
            return "the server is a node of a Redis Cluster, which is not supported";
        case errc::script_missing:
            return "the server does not know the script";
        case errc::outdated_server:
            return "another server of the log has a newer epoch";
        case errc::lost_batch:
            return "a new epoch began while the outcome was unknown";
        case errc::no_primary:
            return "no sentinel knows the primary";
        case errc::other:
            return "the server returned an error";
        }
        return "unknown error";
    }
};

} // namespace

const boost::system::error_category& error_category() noexcept
{
    static const category_impl category;
    return category;
}

} // namespace rill::redis
