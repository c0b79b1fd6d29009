//! cargo requires a source. The server is server.cpp.
