//! The limit line of the benches: a tokio server that does nothing but what every server must. It reads, and answers
//! `+PONG` for each `*1 $4 PING` it was sent, without looking at anything else.
//!
//! `pong PORT`

use std::net::Ipv4Addr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Bytes of a PING as redis-benchmark sends it.
const PING_LEN: usize = b"*1\r\n$4\r\nPING\r\n".len();
const PONG: &[u8] = b"+PONG\r\n";

fn main() -> std::io::Result<()> {
    let port = std::env::args().nth(1).and_then(|port| port.parse().ok());
    let port: u16 = port.ok_or_else(|| std::io::Error::other("usage: pong PORT"))?;
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_io().build_local(Default::default())?;
    runtime.block_on(async {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        loop {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            tokio::task::spawn_local(answer(stream));
        }
    })
}

async fn answer(mut stream: TcpStream) -> std::io::Result<()> {
    let mut input = vec![0; 64 * 1024];
    let mut unanswered = 0;
    loop {
        let read = stream.read(&mut input).await?;
        if read == 0 {
            return Ok(());
        }
        unanswered += read;
        stream.write_all(&PONG.repeat(unanswered / PING_LEN)).await?;
        unanswered %= PING_LEN;
    }
}
