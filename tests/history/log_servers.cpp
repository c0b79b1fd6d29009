#include "history/log_servers.hpp"

#include <stdexcept>

namespace history {

namespace {

/// A log in the memory of one rill process. It has no servers.
class memory_log final : public log_servers
{
public:
    explicit memory_log(std::string name) : name_(std::move(name)) {}

    std::string store(std::size_t) const override { return name_; }
    std::vector<fault_kind> faults() const override { return {}; }
    void begin(const fault&) override {}
    void end(const fault&) override {}

private:
    std::string name_;
};

} // namespace

std::unique_ptr<log_servers> make_log_servers(const std::string& name, const log_options& options)
{
    if (name == "memory" || name == "faulty") {
        return std::make_unique<memory_log>(name);
    }
#ifdef HISTORY_SQLITE
    if (name == "sqlite") {
        return make_sqlite_files(options);
    }
#endif
#ifdef HISTORY_REDIS
    if (name == "redis") { // half of the seeds test a failover
        return options.seed % 2 == 0 ? make_redis_sentinels(options) : make_redis_server(options);
    }
#endif
#ifdef HISTORY_NATS
    if (name == "nats") {
        return make_nats_cluster(options);
    }
#endif
    throw std::invalid_argument("--store " + name + ": this build does not have this log");
}

} // namespace history
