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
use std::convert::Infallible;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::interval;
use tokio_stream::wrappers::IntervalStream;
use tokio_stream::{Stream, StreamExt};

#[path = "../../tokio/peer.rs"]
mod peer;
use peer::{Outcome, since_epoch};

type Body = UnsyncBoxBody<Bytes, Infallible>;
type Broadcasts = peer::Broadcasts<Bytes>;

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
    event_stream(peer::subscribe(broadcasts, period, |id| {
        format!("id: {id}\ndata: {}\n\n", since_epoch().as_nanos()).into()
    }))
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

async fn serve(listener: TcpListener) -> Outcome {
    let broadcasts = Broadcasts::default();
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        tokio::spawn(serve_connection(stream, broadcasts.clone()));
    }
}

fn main() -> Outcome {
    peer::run(serve)
}
