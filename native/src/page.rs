//! The built-in web page: the playground's files over HTTP, from the loopback interface only.

use crate::options::Start;
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue, VARY,
};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::io;
use std::net::Ipv4Addr;
use std::path::{Component, Path, PathBuf};
use std::rc::Rc;
use tokio::net::TcpListener;
use tokio::task::spawn_local;

/// What a browser may do with the page: run what comes from here, and WebAssembly; nothing else. The same as the page
/// says itself, wherever it is served; only who may frame it cannot be said there.
const POLICY: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; connect-src 'self'; worker-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors *";

/// Serves the page if it is asked for. Returns once it listens.
///
/// # Errors
/// The port is taken, or the page has not been built.
pub(crate) async fn serve(start: &Start) -> io::Result<()> {
    let Some(port) = start.http_port else { return Ok(()) };
    let root = start.web_root.canonicalize().map_err(|error| {
        io::Error::new(
            error.kind(),
            format!(
                "the page is not in {}: {error}. Build it (cargo xtask play does), or name its folder with --web-root.",
                start.web_root.display()
            ),
        )
    })?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(|error| {
        io::Error::new(
            error.kind(),
            format!(
                "cannot serve the page on 127.0.0.1:{port}: {error}. Choose another --http-port."
            ),
        )
    })?;
    log::info!("Serving the playground on http://127.0.0.1:{port}/");
    spawn_local(accept(listener, root.into()));
    Ok(())
}

async fn accept(listener: TcpListener, root: Rc<Path>) {
    while let Ok((stream, _)) = listener.accept().await {
        let root = Rc::clone(&root);
        spawn_local(async move {
            let service = service_fn(move |request| answer(Rc::clone(&root), request));
            let connection = hyper::server::conn::http1::Builder::new()
                .timer(TokioTimer::new())
                .serve_connection(TokioIo::new(stream), service);
            // A browser that goes away mid-request is no news.
            let _ = connection.await;
        });
    }
}

async fn answer(
    root: Rc<Path>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return Ok(plain(StatusCode::METHOD_NOT_ALLOWED, "only GET and HEAD"));
    }
    let Some(path) = resolve(&root, request.uri().path()) else {
        return Ok(plain(StatusCode::BAD_REQUEST, "no such kind of path"));
    };
    let brotli = request
        .headers()
        .get(hyper::header::ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.split(',').any(|coding| coding.trim().starts_with("br")));
    let compressed =
        if brotli { tokio::fs::read(with_suffix(&path, ".br")).await.ok() } else { None };
    let is_compressed = compressed.is_some();
    let body = match compressed {
        Some(body) => body,
        None => match tokio::fs::read(&path).await {
            Ok(body) => body,
            Err(_) => return Ok(plain(StatusCode::NOT_FOUND, "not found")),
        },
    };
    let mut response = Response::new(Full::new(Bytes::from(body)));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type(&path)));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert("x-content-type-options", HeaderValue::from_static("nosniff"));
    headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    // Names under assets/ hold a hash of their contents.
    let lasting = path.components().any(|part| part.as_os_str() == "assets");
    headers.insert(
        CACHE_CONTROL,
        HeaderValue::from_static(if lasting {
            "public, max-age=31536000, immutable"
        } else {
            "no-cache"
        }),
    );
    if is_compressed {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("br"));
    }
    Ok(response)
}

/// The file a request names, never outside of the root. Percent escapes are not needed by any of the page's names.
fn resolve(root: &Path, path: &str) -> Option<PathBuf> {
    let relative = Path::new(path.trim_start_matches('/'));
    let inside = relative.components().all(|part| matches!(part, Component::Normal(_)));
    let mut file = root.join(relative);
    if path.ends_with('/') {
        file.push("index.html");
    }
    inside.then_some(file)
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn media_type(path: &Path) -> &'static str {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("json" | "map") => "application/json",
        Some("webmanifest") => "application/manifest+json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        Some("txt" | "md") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

fn plain(status: StatusCode, text: &'static str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from_static(text.as_bytes())));
    *response.status_mut() = status;
    response
}

#[cfg(test)]
mod tests {
    use super::{POLICY, media_type, resolve};
    use std::path::Path;

    #[test]
    fn the_header_says_what_the_page_says() {
        let html = include_str!("../../web/index.html");
        let said = POLICY.strip_suffix("; frame-ancestors *");
        assert!(said.is_some_and(|said| html.contains(&format!("content=\"{said}\""))));
    }

    #[test]
    fn files_are_found_below_the_root_only() {
        let root = Path::new("/page");
        assert_eq!(resolve(root, "/").as_deref(), Some(Path::new("/page/index.html")));
        assert_eq!(resolve(root, "/sw.js").as_deref(), Some(Path::new("/page/sw.js")));
        assert_eq!(resolve(root, "/../etc/passwd"), None);
        assert_eq!(resolve(root, "//../../etc/passwd"), None);
    }

    #[test]
    fn browsers_are_told_what_they_get() {
        for (name, kind) in [
            ("manifest.webmanifest", "application/manifest+json"),
            ("sw.js", "text/javascript; charset=utf-8"),
            ("a.wasm", "application/wasm"),
            ("icons/192.png", "image/png"),
        ] {
            assert_eq!(media_type(Path::new(name)), kind);
        }
    }
}
