#pragma once

#include <boost/property_tree/xml_parser.hpp>
#include <boost/test/unit_test.hpp>
#include <sstream>
#include <string>

/// Parses XML. If the XML is not well-formed, the test fails and names the line.
inline boost::property_tree::ptree check_well_formed(const std::string& text)
{
    boost::property_tree::ptree tree;
    std::istringstream in(text);
    try {
        read_xml(in, tree);
    } catch (const boost::property_tree::xml_parser_error& e) {
        BOOST_ERROR(e.message() + " in line " + std::to_string(e.line()));
    }
    return tree;
}
