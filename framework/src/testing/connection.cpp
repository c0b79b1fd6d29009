#include <rill/testing/connection.hpp>

#include <utility>

#include "testing/client_connection.hpp"

namespace rill::testing {

connection::~connection() = default;
connection& connection::operator=(connection&& other) noexcept = default;

response connection::request(std::string_view method, std::string_view target, std::string_view body,
                             const fields& with)
{
    impl_->send_request(method, target, body, with);
    return impl_->read_response(method);
}

void connection::send(std::string_view bytes)
{
    impl_->server().context(); // throws if there is no server
    impl_->socket().send(bytes);
    impl_->server().run_ready();
}

response connection::read_response(bool to_head)
{
    return impl_->read_response(to_head ? "HEAD" : "");
}

std::string connection::receive()
{
    auto bytes = impl_->reader().take_unparsed();
    impl_->server().run_until(
        [&] {
            bytes += impl_->socket().take();
            return !impl_->server().has_reports(); // the server has nothing more to send
        },
        {});
    return bytes;
}

void connection::stop_reading()
{
    impl_->socket().read_always(false);
}

void connection::resume_reading()
{
    impl_->server().context(); // throws if there is no server
    impl_->socket().read_always(true);
    impl_->server().run_ready();
}

void connection::finish_sending()
{
    impl_->server().context();
    impl_->socket().finish();
    impl_->server().run_ready();
}

void connection::disconnect(departure how)
{
    impl_->server().context();
    impl_->leave(how);
    impl_->server().run_ready();
}

bool connection::closed()
{
    impl_->server().run_ready();
    return impl_->socket().ended();
}

bool connection::was_reset()
{
    impl_->server().run_ready();
    return impl_->socket().was_reset();
}

} // namespace rill::testing
