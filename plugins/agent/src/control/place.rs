//! The runtime directory: private to its user, one socket an agent, named after the agent.

use rustix::process::geteuid;
use std::fmt;
use std::fs::DirBuilder;
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

/// The longest file name that is made from an agent's name; a socket's path has some 100 bytes in all.
const LONGEST_STEM: usize = 48;

/// Why there is no runtime directory.
#[derive(Debug)]
pub(crate) enum PlaceError {
    /// It cannot be made or looked at.
    Io(PathBuf, io::Error),
    /// Others can write there, or own it.
    NotPrivate(PathBuf),
}

impl fmt::Display for PlaceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(path, error) => write!(
                f,
                "cannot use the runtime directory {}: {error}\n  set XDG_RUNTIME_DIR to a directory of yours, or name \
                 a socket with --control PATH",
                path.display()
            ),
            Self::NotPrivate(path) => write!(
                f,
                "{} is not a directory that only you can use, so whoever else can might take over the agent\n  \
                 `chmod 700` it if it is yours, or name a socket elsewhere with --control PATH",
                path.display()
            ),
        }
    }
}

/// Where sockets are by default: under `XDG_RUNTIME_DIR`, else in a directory of the user's own under the
/// directory for temporary files.
pub(crate) fn runtime_directory() -> PathBuf {
    match std::env::var_os("XDG_RUNTIME_DIR").filter(|dir| !dir.is_empty()) {
        Some(dir) => PathBuf::from(dir).join("haulout"),
        None => std::env::temp_dir().join(format!("haulout-{}", geteuid().as_raw())),
    }
}

/// Makes the runtime directory if it is missing, and checks that it is private.
pub(crate) fn prepare(directory: &Path) -> Result<(), PlaceError> {
    let failed = |error| PlaceError::Io(directory.into(), error);
    match DirBuilder::new().mode(0o700).recursive(true).create(directory) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(failed(error)),
        _ => {}
    }
    // Of the link, not of what it points to: whoever made a link there could change it. The six lowest bits
    // of the mode are what others may do.
    let found = directory.symlink_metadata().map_err(failed)?;
    let private = found.is_dir() && found.uid() == geteuid().as_raw() && found.mode().trailing_zeros() >= 6;
    if private { Ok(()) } else { Err(PlaceError::NotPrivate(directory.into())) }
}

/// The socket of the agent of this name.
pub(crate) fn socket_of(name: &str) -> PathBuf {
    runtime_directory().join(format!("{}.sock", stem(name)))
}

/// The sockets in the runtime directory, in the order of their names.
pub(crate) fn sockets() -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(runtime_directory()) else { return Vec::new() };
    let mut sockets: Vec<_> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "sock"))
        .collect();
    sockets.sort();
    sockets
}

/// The name of the agent that a socket in the runtime directory belongs to, where the path tells it.
pub(crate) fn agent_of(socket: &Path) -> Option<&str> {
    let stem = socket.file_stem()?.to_str()?;
    (socket == socket_of(stem)).then_some(stem)
}

/// A file name for an agent's name: itself where it is plain and short, else what is left of it and a hash.
fn stem(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.@:".contains(c);
    if name.len() <= LONGEST_STEM && name.chars().all(plain) && !name.starts_with('.') {
        return name.into();
    }
    let kept: String = name.chars().filter(char::is_ascii_alphanumeric).take(24).collect();
    format!("{kept}+{:016x}", haulout::fingerprint::fingerprint(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_plain_name_is_its_own_file_name_and_others_stay_distinct() {
        assert_eq!(stem("seal-1.example"), "seal-1.example");
        assert!(stem("../../etc").starts_with("etc+"));
        assert_ne!(stem("a/b"), stem("ab"));
        assert_ne!(stem("a/b"), stem("a\\b"));
        assert!(stem(&"x".repeat(64)).len() <= LONGEST_STEM);
    }

    #[test]
    fn the_directory_is_made_private_and_stays_so() {
        let outer = tempfile::tempdir().unwrap();
        let directory = outer.path().join("haulout");
        prepare(&directory).unwrap();
        assert_eq!(directory.metadata().unwrap().mode() & 0o777, 0o700);
        prepare(&directory).unwrap();
        std::fs::set_permissions(&directory, std::fs::Permissions::from_mode(0o777)).unwrap();
        assert!(matches!(prepare(&directory), Err(PlaceError::NotPrivate(_))));
    }

    #[test]
    fn a_link_in_its_place_is_refused() {
        let outer = tempfile::tempdir().unwrap();
        std::fs::create_dir(outer.path().join("elsewhere")).unwrap();
        std::os::unix::fs::symlink(outer.path().join("elsewhere"), outer.path().join("haulout")).unwrap();
        assert!(matches!(prepare(&outer.path().join("haulout")), Err(PlaceError::NotPrivate(_))));
    }
}
