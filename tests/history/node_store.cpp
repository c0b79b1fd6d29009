#include "history/node_store.hpp"

#include <cstdio>
#include <rill/http/observer.hpp>
#include <rill/pubsub/memory_backplane.hpp>
#include <string_view>
#include <support/store.hpp>

namespace history {

namespace {

using namespace rill::pubsub;

/// A log that acknowledges every event, but does not deliver every hundredth event.
class faulty_log final : public backplane, private backplane::reader
{
public:
    faulty_log() { inner_.tail(*this, {}); }
    ~faulty_log() override { inner_.stop(*this); }

    bool ids_are_numbers() const noexcept override { return true; }
    rill::result<log_id> append(event_draft event, const append_options& options, appended done) override
    {
        return inner_.append(std::move(event), options, std::move(done));
    }
    void tail(backplane::reader& r, const tail_options&) override
    {
        reader_ = &r;
        r.on_begin(begin_);
    }
    void stop(backplane::reader&) override { reader_ = nullptr; }

private:
    void on_begin(const log_position& at) override { begin_ = at; }
    void on_gap(const log_position& at) override { reader_->on_gap(at); }
    void on_event(event_draft event, std::string_view id, std::uint64_t number) override
    {
        if (++events_ % 100 != 0) {
            reader_->on_event(std::move(event), id, number);
        }
    }

    memory_backplane inner_;
    backplane::reader* reader_ = nullptr;
    log_position begin_;
    std::uint64_t events_ = 0;
};

void write_line(rill::log_level, std::string_view text)
{
    std::fprintf(stderr, "log: %.*s\n", static_cast<int>(text.size()), text.data());
}

} // namespace

std::shared_ptr<backplane> open_store(const std::string& store)
{
    if (store == "memory") {
        return std::make_shared<memory_backplane>();
    }
    if (store == "faulty") {
        return std::make_shared<faulty_log>();
    }
    return samples::open_store(store, write_line);
}

} // namespace history
