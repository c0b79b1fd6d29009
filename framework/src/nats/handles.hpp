#pragma once

#include <memory>
#include <nats/nats.h>

namespace rill::nats {

// Owners of the objects of nats.c. The functions that destroy them do not fail.
template <auto Destroy>
struct destroyer
{
    template <class T>
    void operator()(T* object) const noexcept
    {
        Destroy(object);
    }
};

using options_handle = std::unique_ptr<natsOptions, destroyer<natsOptions_Destroy>>;
using connection_handle = std::unique_ptr<natsConnection, destroyer<natsConnection_Destroy>>;
using message_handle = std::unique_ptr<natsMsg, destroyer<natsMsg_Destroy>>;
using context_handle = std::unique_ptr<jsCtx, destroyer<jsCtx_Destroy>>;

/// Starts the library once for the process. It is never closed, because another part of the program may use it.
inline void open_library()
{
    static const natsStatus opened = nats_Open(-1);
    static_cast<void>(opened);
}

/// Releases what nats.c keeps for a thread. Each thread that calls nats.c has one as its first object.
struct thread_scope
{
    thread_scope() = default;
    thread_scope(const thread_scope&) = delete;
    thread_scope& operator=(const thread_scope&) = delete;
    ~thread_scope() { nats_ReleaseThreadMemory(); }
};

} // namespace rill::nats
