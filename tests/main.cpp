#define BOOST_TEST_MODULE rill
#include <boost/test/unit_test.hpp>
