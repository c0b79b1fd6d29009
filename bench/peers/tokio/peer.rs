//! The parts that the peers on the current_thread runtime of tokio share.

use std::collections::HashMap;
use std::error::Error;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::broadcast;
use tokio::time::{Instant, interval_at};
use tokio_stream::wrappers::BroadcastStream;
use tokio_stream::{Stream, StreamExt};

pub type Outcome = Result<(), Box<dyn Error>>;

/// One sender for each period.
pub type Broadcasts<Event> = Arc<Mutex<HashMap<Duration, broadcast::Sender<Event>>>>;

pub fn since_epoch() -> Duration {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH);
    since_epoch.unwrap_or_default()
}

/// Returns the events that all streams with this period get. `event` creates an event with an id.
pub fn subscribe<Event: Clone + Send + 'static>(
    broadcasts: &Broadcasts<Event>,
    period: Duration,
    event: fn(u128) -> Event,
) -> impl Stream<Item = Event> + Send + use<Event> {
    let mut broadcasts = broadcasts.lock().unwrap();
    let sender = broadcasts.entry(period).or_insert_with(|| {
        let sender = broadcast::channel(8).0;
        tokio::spawn(send_ticks(period, sender.clone(), event));
        sender
    });
    // If a subscriber is too slow, it misses events. The stream reports this as an error, which is ignored here.
    BroadcastStream::new(sender.subscribe()).filter_map(Result::ok)
}

async fn send_ticks<Event>(
    period: Duration,
    sender: broadcast::Sender<Event>,
    event: fn(u128) -> Event,
) {
    let mut ticks = interval_at(Instant::now() + period, period);
    let mut id = since_epoch().as_micros();
    loop {
        ticks.tick().await;
        let _ = sender.send(event(id)); // send() fails if there is no receiver
        id += 1;
    }
}

/// Runs the server with a listener on the port of the command line.
pub fn run<Server: Future<Output = Outcome>>(serve: impl FnOnce(TcpListener) -> Server) -> Outcome {
    let arguments: Vec<String> = std::env::args().collect();
    let port = match arguments.get(1..) {
        Some([option, port]) if option == "--port" => port.parse()?,
        _ => return Err("usage: server --port PORT".into()),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async { serve(listen(port)?).await })
}

fn listen(port: u16) -> std::io::Result<TcpListener> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind(SocketAddr::from(([127, 0, 0, 1], port)))?;
    socket.listen(4096)
}
