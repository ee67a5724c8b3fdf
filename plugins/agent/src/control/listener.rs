//! Taking an agent's control socket: a file that nobody serves is replaced, a live one is not.

use super::Endpoint;
use super::place::{self, PlaceError};
use rustix::fs::{FlockOperation, Mode, flock};
use std::fmt;
use std::fs::File;
use std::io;
use std::os::unix::net::UnixStream as StdUnixStream;
use std::path::{Path, PathBuf};
use tokio::net::{TcpListener, UnixListener};

/// A socket that is listened on.
#[derive(Debug)]
pub(crate) enum Listener {
    /// A Unix socket; the file is removed in the end.
    Unix(UnixListener, SocketFile),
    /// A TCP port.
    Tcp(TcpListener),
}

/// Removes the file of a socket when it is dropped.
#[derive(Debug)]
pub(crate) struct SocketFile(PathBuf);

impl Drop for SocketFile {
    fn drop(&mut self) {
        // Gone already is as good.
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Why the control socket cannot be had.
#[derive(Debug)]
pub(crate) enum BindError {
    /// There is no directory for it.
    Place(PlaceError),
    /// An agent answers there.
    Live(PathBuf),
    /// Something else than a socket is there.
    NotASocket(PathBuf),
    /// The system refused.
    Io(Endpoint, io::Error),
}

impl fmt::Display for BindError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Place(error) => error.fmt(f),
            Self::Live(path) => write!(
                f,
                "an agent is running here already: it answers at {0}\n  give this one another --name (or another \
                 --control), or stop that one with: haulout leave --control {0}",
                path.display()
            ),
            Self::NotASocket(path) => {
                write!(
                    f,
                    "{} is there and is no socket\n  remove it, or choose another --control",
                    path.display()
                )
            }
            Self::Io(endpoint, error) => write!(
                f,
                "cannot listen for commands at {endpoint}: {error}\n  choose another place with --control PATH or \
                 --control tcp:127.0.0.1:PORT"
            ),
        }
    }
}

impl Listener {
    /// Listens; must run within a tokio runtime.
    pub(crate) async fn bind(endpoint: &Endpoint) -> Result<Self, BindError> {
        let failed = |error| BindError::Io(endpoint.clone(), error);
        match endpoint {
            Endpoint::Tcp(address) => Ok(Self::Tcp(TcpListener::bind(address).await.map_err(failed)?)),
            Endpoint::Unix(path) => {
                let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
                if directory == Some(&place::runtime_directory()) {
                    place::prepare(&place::runtime_directory()).map_err(BindError::Place)?;
                }
                bind_unix(path, directory.unwrap_or(Path::new("."))).map_err(|error| match error {
                    Taken::Live => BindError::Live(path.clone()),
                    Taken::NotASocket => BindError::NotASocket(path.clone()),
                    Taken::Io(error) => failed(error),
                })
            }
        }
    }

    /// Where it listens: with the port that the system chose, where it was left to it.
    pub(crate) fn endpoint(&self) -> io::Result<Endpoint> {
        match self {
            Self::Unix(_, file) => Ok(Endpoint::Unix(file.0.clone())),
            Self::Tcp(listener) => Ok(Endpoint::Tcp(listener.local_addr()?)),
        }
    }
}

enum Taken {
    Live,
    NotASocket,
    Io(io::Error),
}

impl From<io::Error> for Taken {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

fn bind_unix(path: &Path, directory: &Path) -> Result<Listener, Taken> {
    // Two agents that start at once must not each take the other's fresh socket for a stale one.
    let lock = File::open(directory)?;
    flock(&lock, FlockOperation::LockExclusive).map_err(io::Error::from)?;
    if let Ok(found) = path.symlink_metadata() {
        use std::os::unix::fs::FileTypeExt;
        if !found.file_type().is_socket() {
            return Err(Taken::NotASocket);
        }
        match StdUnixStream::connect(path) {
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => std::fs::remove_file(path)?,
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => return Err(Taken::Io(error)),
            _ => return Err(Taken::Live),
        }
    }
    // The file is ours alone from the moment that it exists.
    let before = rustix::process::umask(Mode::from_raw_mode(0o177));
    let bound = UnixListener::bind(path);
    rustix::process::umask(before);
    Ok(Listener::Unix(bound?, SocketFile(path.into())))
}
