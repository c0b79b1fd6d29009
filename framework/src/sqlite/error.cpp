#include <rill/sqlite/error.hpp>

#include <sqlite3.h>
#include <string>

namespace rill::sqlite {

namespace {

class category_impl final : public boost::system::error_category
{
public:
    const char* name() const noexcept override { return "sqlite"; }

    std::string message(int code) const override { return sqlite3_errstr(code); }

    bool equivalent(int code, const boost::system::error_condition& condition) const noexcept override
    {
        return boost::system::error_category::equivalent(code, condition) ||
               (code != SQLITE_OK && condition.category() == rill::error_category() &&
                condition.value() == static_cast<int>(error::log_unavailable));
    }
};

} // namespace

const boost::system::error_category& error_category() noexcept
{
    static const category_impl instance;
    return instance;
}

error_code make_error_code(int code) noexcept
{
    return {code, error_category()};
}

} // namespace rill::sqlite
