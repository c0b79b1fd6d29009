#include "pubsub/name_counts.hpp"

namespace rill::pubsub::detail {

bool name_counts::add(std::string_view topic, std::string_view name)
{
    auto& names = topics_.try_emplace(std::string(topic)).first->second;
    const bool is_new = ++names[std::string(name)] == 1;
    size_ += is_new ? 1 : 0;
    return is_new;
}

bool name_counts::remove(std::string_view topic, std::string_view name)
{
    const auto found = topics_.find(topic);
    if (found == topics_.end()) {
        return false;
    }
    auto& names = found->second;
    const auto counted = names.find(name);
    if (counted == names.end() || --counted->second != 0) {
        return false;
    }
    names.erase(counted);
    --size_;
    if (names.empty()) {
        topics_.erase(found);
    }
    return true;
}

bool name_counts::contains(std::string_view topic, std::string_view name) const
{
    const auto found = topics_.find(topic);
    return found != topics_.end() && found->second.find(name) != found->second.end();
}

std::vector<std::string> name_counts::names(std::string_view topic) const
{
    std::vector<std::string> result;
    if (const auto found = topics_.find(topic); found != topics_.end()) {
        result.reserve(found->second.size());
        for (const auto& [name, count] : found->second) {
            result.push_back(name);
        }
    }
    return result;
}

std::vector<std::string> name_counts::topics() const
{
    std::vector<std::string> result;
    result.reserve(topics_.size());
    for (const auto& [topic, names] : topics_) {
        result.push_back(topic);
    }
    return result;
}

std::vector<present_name> name_counts::all() const
{
    std::vector<present_name> result;
    result.reserve(size_);
    for (const auto& [topic, names] : topics_) {
        for (const auto& [name, count] : names) {
            result.push_back({topic, name});
        }
    }
    return result;
}

} // namespace rill::pubsub::detail
