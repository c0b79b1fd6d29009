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
use std::error::Error;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::net::TcpSocket;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::broadcast;
use tokio::time::{Instant, interval, interval_at};
use tokio_stream::wrappers::{BroadcastStream, IntervalStream};
use tokio_stream::{Stream, StreamExt};

type Parameters = Query<HashMap<String, u64>>;
type Broadcasts = Arc<Mutex<HashMap<Duration, broadcast::Sender<Event>>>>;

fn since_epoch() -> Duration {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH);
    since_epoch.unwrap_or_default()
}

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
    let period = match period(&parameters) {
        Ok(period) => period,
        Err(bad) => return bad.into_response(),
    };
    let mut broadcasts = broadcasts.lock().unwrap();
    let sender = broadcasts.entry(period).or_insert_with(|| {
        let sender = broadcast::channel(8).0;
        tokio::spawn(send_ticks(period, sender.clone()));
        sender
    });
    // If a subscriber is too slow, it misses events. The stream reports this as an error, which is ignored here.
    event_stream(BroadcastStream::new(sender.subscribe()).filter_map(Result::ok))
}

async fn send_ticks(period: Duration, sender: broadcast::Sender<Event>) {
    let mut ticks = interval_at(Instant::now() + period, period);
    let mut id = since_epoch().as_micros();
    loop {
        ticks.tick().await;
        let _ = sender.send(event_now().id(id.to_string())); // send() fails if there is no receiver
        id += 1;
    }
}

async fn serve(port: u16) -> Result<(), Box<dyn Error>> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind(SocketAddr::from(([127, 0, 0, 1], port)))?;
    let listener = socket.listen(4096)?.tap_io(|stream| {
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

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let port = match arguments.get(1..) {
        Some([option, port]) if option == "--port" => port.parse()?,
        _ => return Err("usage: server --port PORT".into()),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(serve(port))
}
