//! A peer for benchmarks: the two endpoints with hyper alone and the current_thread runtime of tokio.

use bytes::Bytes;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Empty, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::header::{CACHE_CONTROL, CONTENT_TYPE};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use std::collections::HashMap;
use std::convert::Infallible;
use std::error::Error;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::broadcast;
use tokio::time::{Instant, interval, interval_at};
use tokio_stream::wrappers::{BroadcastStream, IntervalStream};
use tokio_stream::{Stream, StreamExt};

type Body = UnsyncBoxBody<Bytes, Infallible>;
type Broadcasts = Arc<Mutex<HashMap<Duration, broadcast::Sender<Bytes>>>>;

fn since_epoch() -> Duration {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH);
    since_epoch.unwrap_or_default()
}

fn period(request: &Request<Incoming>) -> Option<Duration> {
    let query = request.uri().query().unwrap_or_default();
    match query.strip_prefix("ms=")?.parse() {
        Ok(ms @ 1..=86_400_000) => Some(Duration::from_millis(ms)),
        _ => None,
    }
}

fn event_stream(events: impl Stream<Item = Bytes> + Send + 'static) -> Response<Body> {
    let body = StreamBody::new(events.map(|event| Ok(Frame::data(event))));
    let mut response = Response::new(body.boxed_unsync());
    for (name, value) in [
        (CONTENT_TYPE, "text/event-stream"),
        (CACHE_CONTROL, "no-cache, no-transform"),
        ("x-accel-buffering".parse().unwrap(), "no"),
    ] {
        response.headers_mut().insert(name, value.parse().unwrap());
    }
    response
}

fn ticks(period: Duration) -> Response<Body> {
    let ticks = IntervalStream::new(interval(period));
    event_stream(ticks.map(|_| format!("data: {}\n\n", since_epoch().as_nanos()).into()))
}

fn broadcast(broadcasts: &Broadcasts, period: Duration) -> Response<Body> {
    let mut broadcasts = broadcasts.lock().unwrap();
    let sender = broadcasts.entry(period).or_insert_with(|| {
        let sender = broadcast::channel(8).0;
        tokio::spawn(send_ticks(period, sender.clone()));
        sender
    });
    // If a subscriber is too slow, it misses events. The stream reports this as an error, which is ignored here.
    event_stream(BroadcastStream::new(sender.subscribe()).filter_map(Result::ok))
}

async fn send_ticks(period: Duration, sender: broadcast::Sender<Bytes>) {
    let mut ticks = interval_at(Instant::now() + period, period);
    let mut id = since_epoch().as_micros();
    loop {
        ticks.tick().await;
        let event = format!("id: {id}\ndata: {}\n\n", since_epoch().as_nanos());
        let _ = sender.send(event.into()); // send() fails if there is no receiver
        id += 1;
    }
}

fn error(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Empty::new().boxed_unsync());
    *response.status_mut() = status;
    response
}

fn handle(request: &Request<Incoming>, broadcasts: &Broadcasts) -> Response<Body> {
    match (request.uri().path(), period(request)) {
        ("/ticks", Some(period)) => ticks(period),
        ("/broadcast", Some(period)) => broadcast(broadcasts, period),
        ("/ticks" | "/broadcast", None) => error(StatusCode::BAD_REQUEST),
        _ => error(StatusCode::NOT_FOUND),
    }
}

async fn serve_connection(stream: TcpStream, broadcasts: Broadcasts) {
    let service = service_fn(move |request: Request<Incoming>| {
        let response = handle(&request, &broadcasts);
        async { Ok::<_, Infallible>(response) }
    });
    // An error means that the client has disconnected.
    let _ = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

async fn serve(port: u16) -> Result<(), Box<dyn Error>> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind(SocketAddr::from(([127, 0, 0, 1], port)))?;
    let listener = socket.listen(4096)?;
    let broadcasts = Broadcasts::default();
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        tokio::spawn(serve_connection(stream, broadcasts.clone()));
    }
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
