// Urlencoded forms. The fields are encoded and read again, and are read as a described struct.

#include <boost/describe.hpp>
#include <rill/http/form.hpp>

#include "fuzz.hpp"

namespace {

using namespace rill_fuzz;

struct order
{
    std::string item = "x";
    int count = 1;
    bool gift = false;
    std::optional<double> weight;
    rill::bounded<int, 1, 9> level{5};
    std::vector<std::string> extras;
};
BOOST_DESCRIBE_STRUCT(order, (), (item, count, gift, weight, level, extras))

void check_encoded_again(const rill::detail::form_fields& fields, std::uint8_t seed)
{
    std::string encoded;
    for (const auto& [name, value] : fields) {
        require(is_utf8(name) && is_utf8(value), "names and values are UTF-8");
        encoded += (encoded.empty() ? "" : "&") + percent_encode(name, seed) + '=' + percent_encode(value, seed);
    }
    const auto again = rill::detail::parse_form(encoded);
    require(again && *again == fields, "fields that are encoded are read as the same");
}

void check_struct(const rill::detail::form_fields& fields)
{
    order taken;
    rill::read_error error;
    if (!rill::detail::read_form(fields, taken, error)) {
        require(error.path.starts_with('/') && error.reason.starts_with("must be"),
                "a mistake has a path and a reason");
        return;
    }
    const auto extras = rill::detail::values_of(fields, "extras");
    require(std::ranges::equal(extras, taken.extras), "a container takes all fields of its name");
    require(taken.level.value >= 1 && taken.level.value <= 9, "a bounded number is within its bounds");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string text(reinterpret_cast<const char*>(data), size);
    if (const auto fields = rill::detail::parse_form(text)) {
        check_encoded_again(*fields, static_cast<std::uint8_t>(size));
        check_struct(*fields);
    }
    return 0;
}
