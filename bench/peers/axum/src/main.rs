//! A peer for benchmarks: the two endpoints with axum and the current_thread runtime of tokio.

use axum::Router;
use axum::extract::{Query, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::serve::ListenerExt;
use std::collections::HashMap;
use std::convert::Infallible;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::interval;
use tokio_stream::wrappers::IntervalStream;
use tokio_stream::{Stream, StreamExt};

#[path = "../../tokio/peer.rs"]
mod peer;
use peer::{Outcome, since_epoch};

type Parameters = Query<HashMap<String, u64>>;
type Broadcasts = peer::Broadcasts<Event>;

fn event_now() -> Event {
    Event::default().data(since_epoch().as_nanos().to_string())
}

fn period(Query(parameters): &Parameters) -> Result<Duration, (StatusCode, &'static str)> {
    match parameters.get("ms").copied().unwrap_or(1000) {
        ms @ 1..=86_400_000 => Ok(Duration::from_millis(ms)),
        _ => Err((
            StatusCode::BAD_REQUEST,
            "ms must be a number from 1 to 86400000",
        )),
    }
}

fn event_stream(events: impl Stream<Item = Event> + Send + 'static) -> Response {
    let events = events.map(Ok::<_, Infallible>);
    let headers = [
        (header::CACHE_CONTROL, "no-cache, no-transform"),
        (HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    (headers, Sse::new(events)).into_response()
}

async fn ticks(parameters: Parameters) -> Response {
    match period(&parameters) {
        Ok(period) => event_stream(IntervalStream::new(interval(period)).map(|_| event_now())),
        Err(bad) => bad.into_response(),
    }
}

async fn broadcast(State(broadcasts): State<Broadcasts>, parameters: Parameters) -> Response {
    match period(&parameters) {
        Ok(period) => event_stream(peer::subscribe(&broadcasts, period, |id| {
            event_now().id(id.to_string())
        })),
        Err(bad) => bad.into_response(),
    }
}

async fn serve(listener: TcpListener) -> Outcome {
    let listener = listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true); // fails if the client has disconnected
    });
    let app = Router::new()
        .route("/ticks", get(ticks))
        .route("/broadcast", get(broadcast))
        .with_state(Broadcasts::default());
    let server = axum::serve(listener, app);
    if std::env::var_os("GRACEFUL").is_none() {
        return Ok(server.await?);
    }
    let mut stop = signal(SignalKind::terminate())?;
    let stopped = async move {
        stop.recv().await;
    };
    Ok(server.with_graceful_shutdown(stopped).await?)
}

fn main() -> Outcome {
    peer::run(serve)
}
